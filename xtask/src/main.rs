//! The project's tasks: `cargo xtask run` and `cargo xtask test` need nothing but a fresh checkout.

mod bench;
mod dist;
mod run;
mod screens;
mod setup;
mod shell;
mod test;
mod windows;

use std::process::ExitCode;

const USAGE: &str = "用法:
  cargo xtask run [参数…]   准备环境、构建界面并打开窗口(参数原样传给程序)；没有显示器时导出示例季报到 out/
  cargo xtask test          准备环境并运行全部检查与测试
  cargo xtask bench [名]    测量填报与导出(quarterly)、导入大名册(import)的用时与内存，与下限及 Python 脚本对照；
                            窗口的启动、列表与搜索(window)须点名，与空白 Tauri 窗口对照
  cargo xtask screens       把每个界面在两种配色、各种尺寸下的截图写到 out/screens/
  cargo xtask dist windows  编译 Windows 程序，在 dist/ 中制作便携版和安装程序";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first().map(|(task, rest)| (task.as_str(), rest)) {
        Some(("run", rest)) => run::run(rest),
        Some(("screens", [])) => screens::screens(),
        Some(("test", [])) => test::test(),
        Some(("bench", only)) => bench::bench(only),
        Some(("dist", [system])) if system == "windows" => dist::windows(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(say) => {
            if !say.is_empty() {
                eprintln!("{say}");
            }
            ExitCode::FAILURE
        }
    }
}
