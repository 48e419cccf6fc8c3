//! 300 names of files that have led programs out of their folders, or fooled who read them.

/// The names; each once.
pub fn awkward() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let devices =
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", "COM1", "COM9", "COM¹", "LPT1", "LPT9", "LPT³"];
    for device in devices {
        for form in ["{}", "{}.txt", "{}.tar.gz", "{} ", "{}.", "{} .xlsx", "{}:"] {
            names.push(form.replace("{}", device));
            names.push(form.replace("{}", &device.to_lowercase()));
        }
    }
    for up in
        ["../", "..\\", "../../", "..\\..\\", "....//", ".. /", "./../", "%2e%2e/", "..%5c", "．．/", "..／", "..＼"]
    {
        for rest in ["逃.txt", "Windows/win.ini", "taizhang.db"] {
            names.push(format!("{up}{rest}"));
        }
    }
    for root in [
        "/",
        "\\",
        "//",
        "C:\\",
        "c:/",
        "C:",
        "\\\\server\\share\\",
        "\\\\?\\C:\\",
        "\\\\.\\",
        "file:///",
        "~/",
        "/proc/self/",
    ] {
        names.push(format!("{root}逃.txt"));
        names.push(root.to_owned());
    }
    for sign in [
        '<', '>', ':', '"', '|', '?', '*', '\0', '\u{1}', '\t', '\n', '\r', '\u{7f}', '\u{85}', '`', '$', '&', ';',
        '%', '\'',
    ] {
        names.push(format!("照片{sign}一.jpg"));
        names.push(format!("{sign}"));
    }
    names.extend(["照片.jpg:流", "照片.jpg::$DATA", "照片.jpg:$I30:$INDEX_ALLOCATION"].map(str::to_owned));
    for end in [".", "..", "...", " ", "  ", " .", ". ", "\u{a0}", "\u{3000}", "\u{200b}"] {
        names.push(format!("照片{end}"));
        names.push(end.to_owned());
    }
    for turn in ['\u{202e}', '\u{202a}', '\u{2066}', '\u{200f}', '\u{feff}'] {
        names.push(format!("照片{turn}gpj.exe"));
    }
    names.extend(
        ["é", "e\u{301}", "😀👨‍👩‍👧‍👦", "𠮷", "ﬁ", "İ", "ẞ", "照片.JPG", "照片.jpg", "照片.Jpg"].map(|n| format!("{n}.jpg")),
    );
    names.extend([255, 256, 300, 1000, 40_000].map(|n| "长".repeat(n)));
    names.extend([255, 300].map(|n| format!("{}.jpg", "a".repeat(n))));
    names.extend(
        ["", "=cmd|'/c calc'!A1", "-rf", "--help", ".htaccess", "desktop.ini", "thumbs.db", "~$照片.xlsx"]
            .map(str::to_owned),
    );
    let mut n = 0;
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    while names.len() < 300 {
        n += 1;
        names.push(format!("{}照片{n}/..\\{n}:.jpg", "../".repeat(n)));
    }
    names.truncate(300);
    names
}
