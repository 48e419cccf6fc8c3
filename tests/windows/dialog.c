/* Does at a dialog what a person does: dialog.exe TITLE [text=WORDS] [press=BUTTON].
   Waits up to 90 seconds for a window whose title begins with TITLE and that has what is asked for, prints the words in it, types WORDS into its text
   field, and presses the button whose label contains BUTTON (without its & marks). */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

static const wchar_t *title, *button, *type;
static wchar_t label[512];
static HWND window, field, press;

static void say(const wchar_t *text)
{
    char bytes[8192];
    if (WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL) > 1)
        puts(bytes);
}

static BOOL CALLBACK inside(HWND at, LPARAM loud);

static BOOL CALLBACK top(HWND at, LPARAM unused)
{
    wchar_t text[512];
    (void)unused;
    if (!IsWindowVisible(at) || !GetWindowTextW(at, text, 512) || wcsncmp(text, title, wcslen(title)) != 0)
        return TRUE;
    /* A dialog's own questions bear its title too. */
    field = press = NULL;
    EnumChildWindows(at, inside, 0);
    if ((button && !press) || (type && !field) || !IsWindowEnabled(at))
        return TRUE;
    window = at;
    return FALSE;
}

static BOOL CALLBACK inside(HWND at, LPARAM loud)
{
    wchar_t text[4096] = L"", class[64] = L"", plain[4096];
    size_t from, to = 0;
    GetClassNameW(at, class, 64);
    SendMessageTimeoutW(at, WM_GETTEXT, 4096, (LPARAM)text, SMTO_ABORTIFHUNG, 2000, NULL);
    if (loud)
        say(text);
    if (_wcsicmp(class, L"Edit") == 0 && IsWindowVisible(at))
        field = at;
    for (from = 0; text[from]; from++)
        if (text[from] != L'&')
            plain[to++] = text[from];
    plain[to] = 0;
    if (button && _wcsicmp(class, L"Button") == 0 && wcsstr(plain, button) && IsWindowVisible(at) && !press)
        press = at;
    return TRUE;
}

/* Whether the dialog still waits for the same button. */
static int waits(void)
{
    wchar_t text[512] = L"";
    GetWindowTextW(press, text, 512);
    return IsWindow(window) && IsWindowVisible(window) && IsWindowEnabled(window) && IsWindowEnabled(press)
        && wcscmp(text, label) == 0;
}

int wmain(int count, wchar_t **words)
{
    int i, tries;
    if (count < 2)
        return 2;
    title = words[1];
    for (i = 2; i < count; i++) {
        if (wcsncmp(words[i], L"text=", 5) == 0)
            type = words[i] + 5;
        if (wcsncmp(words[i], L"press=", 6) == 0)
            button = words[i] + 6;
    }
    for (tries = 0; tries < 900 && !window; tries++) {
        EnumWindows(top, 0);
        if (!window)
            Sleep(100);
    }
    if (!window)
        return 3;
    Sleep(500);
    EnumChildWindows(window, inside, 1);
    if (type) {
        if (!field)
            return 4;
        SendMessageTimeoutW(field, WM_SETTEXT, 0, (LPARAM)type, SMTO_ABORTIFHUNG, 2000, NULL);
    }
    if (button) {
        if (!press)
            return 5;
        GetWindowTextW(press, label, 512);
        /* A dialog that is just being drawn does not hear the first click. */
        for (tries = 0; tries < 10 && waits(); tries++) {
            PostMessageW(press, BM_CLICK, 0, 0);
            for (i = 0; i < 20 && waits(); i++)
                Sleep(100);
        }
    }
    return 0;
}
