/* Ends a program in the middle, as the task manager does: cut.exe MILLISECONDS PROGRAM WORDS…
   Says "ended" or "cut", and after how many milliseconds. */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

/* What stands behind the first word of a command line. */
static wchar_t *behind(wchar_t *line)
{
    int quoted = 0;
    for (; *line && (quoted || *line != L' '); line++)
        if (*line == L'"')
            quoted = !quoted;
    while (*line == L' ')
        line++;
    return line;
}

int wmain(int count, wchar_t **words)
{
    STARTUPINFOW start = { .cb = sizeof start };
    PROCESS_INFORMATION program;
    ULONGLONG begun = GetTickCount64();
    int ended;
    if (count < 3)
        return 2;
    if (!CreateProcessW(NULL, behind(behind(GetCommandLineW())), NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL,
                        &start, &program))
        return 1;
    ended = WaitForSingleObject(program.hProcess, wcstoul(words[1], NULL, 10)) == WAIT_OBJECT_0;
    if (!ended && (!TerminateProcess(program.hProcess, 9) || WaitForSingleObject(program.hProcess, INFINITE)))
        return 3;
    printf("%s %llu\n", ended ? "ended" : "cut", GetTickCount64() - begun);
    return 0;
}
