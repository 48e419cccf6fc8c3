//! `cargo xtask screens`: pictures of every room in both themes and all sizes, in `out/screens/`.

use crate::setup::{self, ALL, For};
use crate::shell::{Outcome, cargo, run, top};

/// Builds the window, walks through it, and says where the pictures lie.
pub fn screens() -> Outcome {
    setup::system(For::Tests)?;
    setup::screen()?;
    setup::build("taizhang")?;
    // Pictures of rooms as they once were would only mislead; there are none yet on a fresh checkout.
    let _ = std::fs::remove_dir_all(top().join("out/screens"));
    let mut walk = cargo(&["test", "--quiet", "--test", "window"]);
    walk.args(ALL).arg("rooms::");
    run(walk, "截图")?;
    println!("截图已保存到 {}", top().join("out/screens").display());
    Ok(())
}
