/* Keeps a file open as Excel or a virus scanner does: hold.exe FILE MILLISECONDS. Says "held" once it has it;
   others may read it, nobody may write to it or put another file in its place. */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

int wmain(int count, wchar_t **words)
{
    HANDLE file;
    if (count != 3)
        return 2;
    file = CreateFileW(words[1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 1;
    puts("held");
    fflush(stdout);
    Sleep(wcstoul(words[2], NULL, 10));
    CloseHandle(file);
    return 0;
}
