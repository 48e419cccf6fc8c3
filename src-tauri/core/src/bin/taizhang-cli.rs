//! The command line over the whole core: for automation, tests and support.
//!
//! Exit status 0: done. 1: refused, the reason is on stderr. 2: the command line itself is wrong.

use std::error::Error as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{Local, NaiveDate};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use incubator::desk::{
    Answer, Choice, Desk, FilingChoice, Put, RecordView, Tailoring, TextView, Typed, kinds, listed, shape,
};
use incubator::form::{ByHand, Cell, Content, Filled};
use incubator::period::{Basis, Period};
use incubator::progress::Progress;
use incubator::roster::{Action, Choices, Plan, RowAt};
use incubator::store::Store;
use incubator::{Error, Flaw, Place, Result, file};
use serde::Serialize;
use serde_json::json;

/// Name under which the store says who holds it.
const WHO: &str = "taizhang-cli";

#[derive(Parser)]
#[command(
    name = "taizhang-cli",
    about = "众创台账命令行：名册导入、季报填报与导出、封存、备份",
    version,
    subcommand_value_name = "命令",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    after_help = "KIND 是名册的英文名或中文名，如 team 或 创业团队，用 kinds 查看；\n\
                  FORM 是表格的编号或不带年份的编号，如 torch-quarterly，用 forms 查看；\n\
                  PERIOD 写成 2021Q3(季度)、2021(年度)或 2021-09-20(时点)。\n\n\
                  退出码：0 完成；1 没有执行，原因写在标准错误输出，不存在的名册、表格、记录也属此类；\n\
                  2 命令写法有误，包括读不懂的报告期、日期和口径。"
)]
struct Cli {
    /// 台账所在文件夹，没有则新建；只有 kinds 不需要
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// 以这一天为今天，默认为系统日期
    #[arg(long, global = true, value_name = "DATE", value_parser = day)]
    today: Option<NaiveDate>,
    /// 显示帮助
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 在空台账中放入示例众创空间
    Sample,
    /// 列出全部名册及其栏目
    Kinds(Output),
    /// 生成名册的空白模板(.xlsx)
    Template {
        /// 名册
        kind: String,
        /// 写到这个文件
        #[arg(long, value_name = "F.xlsx")]
        out: PathBuf,
    },
    /// 从工作簿导入名册；有问题的行不导入，逐条列出
    Import {
        /// 名册
        kind: String,
        /// 填好的模板或名册(.xlsx 或 .csv)
        file: PathBuf,
        /// 只看将怎样导入，不写入
        #[arg(long)]
        plan: bool,
        /// 把有问题的行另存到这个文件，连同原因，改好后可再次导入
        #[arg(long, value_name = "F.xlsx")]
        correction: Option<PathBuf>,
        #[command(flatten)]
        reading: ReadingArgs,
        #[command(flatten)]
        output: Output,
    },
    /// 列出一种名册的全部记录
    List {
        /// 名册
        kind: String,
        #[command(flatten)]
        output: Output,
    },
    /// 显示一条记录和它的修改历史
    Show {
        #[command(flatten)]
        record: RecordId,
        #[command(flatten)]
        output: Output,
    },
    /// 把一条记录移入回收站
    Delete {
        #[command(flatten)]
        record: RecordId,
    },
    /// 列出回收站中的记录
    Bin(Output),
    /// 从回收站放回一条记录
    PutBack {
        #[command(flatten)]
        record: RecordId,
    },
    /// 列出可用的表格和不能用的表格文件
    Forms(Output),
    /// 列出认定、备案和评价等申报事项
    Programmes(Output),
    /// 对照一个申报事项的条件：现值、标准、差距和材料齐全情况
    Gauge {
        /// 申报事项，用 programmes 查看
        programme: String,
        /// 以这一天测算，默认为今天
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<NaiveDate>,
        #[command(flatten)]
        output: Output,
    },
    /// 生成一个申报事项的材料包：表格、材料清单、编号的佐证、缺件清单、账表对应，及同名压缩包
    Pack {
        /// 申报事项，用 programmes 查看
        programme: String,
        /// 按这一天填写和测算，默认为今天
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<NaiveDate>,
        /// 放在这个文件夹里；已有的材料包不会被覆盖
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// 列出将要到期的事：报送、协议、租期、聘期、资格和认定
    Reminders(Output),
    /// 登记对一项条件的判断：是、否，或以“未定”取消
    Judge {
        /// 申报事项
        programme: String,
        /// 条件编号，如 S9.1
        condition: String,
        /// 是、否或未定
        #[arg(value_parser = answer)]
        answer: Answered,
        /// 依据
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
        /// 判断日期，默认为今天
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<NaiveDate>,
        /// 有效期至
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: Option<NaiveDate>,
    },
    /// 计算并显示一张表格，连同依据和审核结果
    Fill {
        #[command(flatten)]
        report: Report,
        #[command(flatten)]
        choice: ChoiceArgs,
        #[command(flatten)]
        output: Output,
    },
    /// 导出一张表格为工作簿；文件名以 .txt 结尾的导出为文字
    Export {
        #[command(flatten)]
        report: Report,
        /// 写到这个文件
        #[arg(long, value_name = "F.xlsx")]
        out: PathBuf,
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// 登记一次填报：口径、数据截止日、报出日期、报送期限
    File {
        #[command(flatten)]
        report: Report,
        #[command(flatten)]
        choice: ChoiceArgs,
        /// 报出日期
        #[arg(long, value_name = "DATE", value_parser = day)]
        reported_on: Option<NaiveDate>,
        /// 报送期限
        #[arg(long, value_name = "DATE", value_parser = day)]
        due_on: Option<NaiveDate>,
    },
    /// 手工填一个指标(须写理由)；不写数值则恢复为计算值
    Override {
        #[command(flatten)]
        report: Report,
        /// 指标代码，如 zjf04
        code: String,
        /// 数值，以表格的计量单位计
        #[arg(allow_negative_numbers = true)]
        value: Option<ByHand>,
        /// 理由
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// 显示表格里的一段文字：字数、引用的数据和写后的变化；也用来写和确认
    Text {
        #[command(flatten)]
        report: Report,
        /// 文字的代码，如 HN1_22
        code: String,
        /// 改成这段文字，{代码} 处填入数据；空文字为删去
        #[arg(long, value_name = "文字", conflicts_with_all = ["file", "confirm"])]
        write: Option<String>,
        /// 改成这个文件(UTF-8)里的文字
        #[arg(long, value_name = "F.txt", conflicts_with = "confirm")]
        file: Option<PathBuf>,
        /// 确认文字与现在的数据相符
        #[arg(long)]
        confirm: bool,
        #[command(flatten)]
        output: Output,
    },
    /// 列出表格提供的参考记录，如双创示范基地的量化指标
    Offers {
        /// 表格
        form: String,
        /// 采用还没有的各条
        #[arg(long)]
        take: bool,
        #[command(flatten)]
        output: Output,
    },
    /// 改非官方表格的栏目或指标(存为台账里的自有文件)
    Tailor {
        /// 表格
        form: String,
        #[command(subcommand)]
        change: Change,
    },
    /// 新增一条记录，如 add indicator 指标名称=年均双创投入 单位=万元
    Add {
        /// 名册
        kind: String,
        /// 栏目=内容
        #[arg(value_parser = typed, required = true)]
        fields: Vec<(String, String)>,
    },
    /// 修改一条记录的栏目，如 set indicator 3 指标名称=年均双创投入
    Set {
        #[command(flatten)]
        record: RecordId,
        /// 栏目=内容；内容为空即清空
        #[arg(value_parser = typed, required = true)]
        fields: Vec<(String, String)>,
    },
    /// 为一条警示写说明
    Explain {
        #[command(flatten)]
        report: Report,
        /// 审核规则编号，如 R21
        rule: String,
        /// 说明
        reason: String,
    },
    /// 上报封存：冻结数字、名册、说明和工作簿
    Seal {
        #[command(flatten)]
        report: Report,
    },
    /// 解除封存(须写理由)
    Unseal {
        #[command(flatten)]
        report: Report,
        /// 理由
        #[arg(long)]
        reason: String,
    },
    /// 为已封存的报表附上盖章扫描件
    Scan {
        #[command(flatten)]
        report: Report,
        /// 扫描件
        file: PathBuf,
    },
    /// 比较已上报的数字与现在的台账
    Diff {
        #[command(flatten)]
        report: Report,
        #[command(flatten)]
        output: Output,
    },
    /// 列出做过的修改，最近的在前
    History {
        /// 最多列出多少步
        #[arg(long, default_value_t = 1000, hide_default_value = true)]
        limit: usize,
        #[command(flatten)]
        output: Output,
    },
    /// 撤销最近一步
    Undo,
    /// 重做最近撤销的一步
    Redo,
    /// 立即备份
    Backup,
    /// 列出备份
    Backups(Output),
    /// 从备份恢复(可撤销)
    Restore {
        /// 备份文件
        file: PathBuf,
    },
    /// 台账损坏而打不开时从备份恢复，损坏的文件原样保留
    Recover {
        /// 备份文件，默认用最近一份通过校验的备份
        file: Option<PathBuf>,
    },
    /// 检查台账和佐证材料是否完好
    Verify,
    /// 把全部佐证材料导出到文件夹，文件名写明属于哪条记录；已有的文件不覆盖
    Proofs {
        /// 文件夹，没有则新建
        folder: PathBuf,
    },
    /// 为一条记录添加佐证材料
    Attach {
        #[command(flatten)]
        record: RecordId,
        /// 材料类别，如 签到表、照片、协议
        role: String,
        /// 文件
        file: PathBuf,
    },
}

#[derive(Args)]
struct ReadingArgs {
    /// 读这张工作表，默认用最合适的一张
    #[arg(long, value_name = "名称")]
    sheet: Option<String>,
    /// 表头从这一行开始，0 表示没有表头；默认自动查找
    #[arg(long, value_name = "行")]
    heading_row: Option<u32>,
    /// 把一列读作一个栏目，如 C=name 或 C=团队名称；C= 表示不读。可以写多次，会记住供同样表头的文件使用
    #[arg(long = "map", value_name = "列=栏目", value_parser = column)]
    columns: Vec<(String, Option<String>)>,
    /// 不导入这些行，如 7,9；多张工作表时写 工作表!7
    #[arg(long, value_name = "行", value_delimiter = ',', value_parser = row_at)]
    leave: Vec<RowAt>,
    /// 不用记住的对应关系，并忘掉它
    #[arg(long)]
    afresh: bool,
}

impl From<ReadingArgs> for Choices {
    fn from(args: ReadingArgs) -> Choices {
        Choices {
            sheet: args.sheet,
            heading_row: args.heading_row,
            mapping: args.columns.into_iter().collect(),
            leave: args.leave.into_iter().collect(),
            afresh: args.afresh,
        }
    }
}

/// A column and its field, `C=name`.
fn column(text: &str) -> std::result::Result<(String, Option<String>), String> {
    let (column, field) = text.split_once('=').ok_or("请写成 列=栏目，如 C=name")?;
    let column = column.trim().to_ascii_uppercase();
    if column.is_empty() || !column.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(format!("“{column}”不是列，请写列的字母，如 C"));
    }
    let field = field.trim();
    Ok((column, (!field.is_empty()).then(|| field.to_owned())))
}

/// A row, with its sheet where one is written.
fn row_at(text: &str) -> std::result::Result<RowAt, String> {
    let (sheet, row) = text.trim().rsplit_once('!').unwrap_or(("", text.trim()));
    let row = row.parse().map_err(|_| format!("“{row}”不是行号"))?;
    Ok(RowAt { sheet: sheet.to_owned(), row, from: None })
}

/// What to change in a form's own copy.
#[derive(Subcommand)]
enum Change {
    /// 在名册右边加一栏
    AddColumn {
        /// 栏目名称
        label: String,
        /// 内容：记录的字段(如 extra1、note)或 blank(留空)
        #[arg(long, default_value = "blank")]
        value: String,
        /// 金额的单位
        #[arg(long)]
        unit: Option<String>,
        /// 第几个名册
        #[arg(long, default_value_t = 1)]
        roster: usize,
    },
    /// 改一栏的名称和单位
    RenameColumn {
        /// 现名
        label: String,
        /// 新名
        to: String,
        /// 新单位
        #[arg(long)]
        unit: Option<String>,
        /// 第几个名册
        #[arg(long, default_value_t = 1)]
        roster: usize,
    },
    /// 把一栏移到第几栏
    MoveColumn {
        /// 栏目名称
        label: String,
        /// 第几栏
        at: usize,
        /// 第几个名册
        #[arg(long, default_value_t = 1)]
        roster: usize,
    },
    /// 去掉一栏
    RemoveColumn {
        /// 栏目名称
        label: String,
        /// 第几个名册
        #[arg(long, default_value_t = 1)]
        roster: usize,
    },
    /// 加一个手工填写的指标
    AddIndicator {
        /// 指标名称
        label: String,
        /// 计量单位
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
    },
    /// 改一个指标的名称和单位
    RenameIndicator {
        /// 代码
        code: String,
        /// 新名
        to: String,
        /// 新单位
        #[arg(long)]
        unit: Option<String>,
    },
    /// 去掉一个指标
    RemoveIndicator {
        /// 代码
        code: String,
    },
    /// 恢复程序自带的表格
    Reset,
}

impl From<Change> for Tailoring {
    fn from(change: Change) -> Tailoring {
        let from_one = |n: usize| n.saturating_sub(1);
        match change {
            Change::AddColumn { label, value, unit, roster } => {
                Tailoring::AddColumn { label, value, unit, roster: from_one(roster) }
            }
            Change::RenameColumn { label, to, unit, roster } => {
                Tailoring::RenameColumn { label, to, unit, roster: from_one(roster) }
            }
            Change::MoveColumn { label, at, roster } => {
                Tailoring::MoveColumn { label, at: from_one(at), roster: from_one(roster) }
            }
            Change::RemoveColumn { label, roster } => Tailoring::RemoveColumn { label, roster: from_one(roster) },
            Change::AddIndicator { label, unit } => Tailoring::AddIndicator { label, unit },
            Change::RenameIndicator { code, to, unit } => Tailoring::RenameIndicator { code, to, unit },
            Change::RemoveIndicator { code } => Tailoring::RemoveIndicator { code },
            Change::Reset => Tailoring::Reset,
        }
    }
}

/// 栏目=内容
fn typed(text: &str) -> std::result::Result<(String, String), String> {
    let (field, content) = text.split_once('=').ok_or_else(|| "应写成 栏目=内容".to_owned())?;
    Ok((field.trim().to_owned(), content.to_owned()))
}

#[derive(Args)]
struct Output {
    /// 以 JSON 输出
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Report {
    /// 表格
    form: String,
    /// 报告期
    #[arg(value_parser = Period::parse)]
    period: Period,
}

#[derive(Args)]
struct ChoiceArgs {
    /// 口径：quarter(本季) 或 ytd(本年累计)，默认按表格或已登记的填报
    #[arg(long, value_name = "quarter|ytd")]
    basis: Option<Basis>,
    /// 数据截止日，默认按表格或已登记的填报
    #[arg(long, value_name = "DATE", value_parser = day)]
    cutoff: Option<NaiveDate>,
}

#[derive(Args)]
struct RecordId {
    /// 名册
    kind: String,
    /// 记录编号
    id: i64,
}

/// A day as people write it.
fn day(text: &str) -> std::result::Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| format!("“{text}”不是有效日期，请写成 2021-09-20"))
}

/// Yes, no, or nothing yet.
#[derive(Clone, Copy)]
struct Answered(Option<bool>);

fn answer(text: &str) -> std::result::Result<Answered, String> {
    match text {
        "是" | "yes" => Ok(Answered(Some(true))),
        "否" | "no" => Ok(Answered(Some(false))),
        "未定" | "none" => Ok(Answered(None)),
        _ => Err("请写 是、否 或 未定".to_owned()),
    }
}

fn main() -> ExitCode {
    // Started by itself to read a file.
    if let Some(code) = incubator::roster::serve() {
        return code;
    }
    let read = command().try_get_matches().and_then(|found| Cli::from_arg_matches(&found));
    let cli = match read {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    if cli.data.is_none() && !matches!(cli.command, Command::Kinds(_)) {
        complain("缺少 --data DIR：请写明台账所在文件夹");
        return ExitCode::from(2);
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Flawed { flaws }) => {
            flaws.iter().for_each(|flaw| complain(&flaw.to_string()));
            ExitCode::FAILURE
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// The command line with Chinese headings in its help.
fn command() -> clap::Command {
    const ROOT: &str = "{about}\n\n用法：{usage}\n\n命令：\n{subcommands}\n\n选项：\n{options}{after-help}\n";
    const WITH_ARGUMENTS: &str = "{about}\n\n用法：{usage}\n\n参数：\n{positionals}\n\n选项：\n{options}\n";
    const PLAIN: &str = "{about}\n\n用法：{usage}\n\n选项：\n{options}\n";
    Cli::command().help_template(ROOT).mut_subcommands(|sub| {
        let template = if sub.get_positionals().next().is_some() { WITH_ARGUMENTS } else { PLAIN };
        sub.help_template(template)
    })
}

/// Help, the version, or what is wrong with the command line.
fn usage(error: &clap::Error) -> ExitCode {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(all)) => all.join("、"),
        Some(ContextValue::StyledStr(s)) => s.to_string(),
        _ => String::new(),
    };
    let chinese = |s: &str| s.replace("[OPTIONS]", "[选项]").replace("Usage: ", "用法：");
    let wrong = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print(chinese(&error.to_string()).trim_end());
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            chinese(&command().render_help().to_string())
        }
        ErrorKind::InvalidSubcommand => format!("没有命令“{}”", text(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("不认识的参数“{}”", text(ContextKind::InvalidArg)),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{}", text(ContextKind::InvalidArg)),
        ErrorKind::ArgumentConflict => format!("参数“{}”重复或互相冲突", text(ContextKind::InvalidArg)),
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_empty() => {
            format!("参数“{}”后面缺少内容", text(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = error.source().map_or_else(String::new, |e| match e.is::<std::num::ParseIntError>() {
                true => "：应为整数，不超过 18 位".to_owned(),
                false => format!("：{e}"),
            });
            format!("参数“{}”的内容“{}”无效{why}", text(ContextKind::InvalidArg), text(ContextKind::InvalidValue))
        }
        _ => format!("命令写法有误：{error}"),
    };
    complain(wrong.trim_end());
    let usage = text(ContextKind::Usage);
    if !usage.is_empty() {
        complain(&chinese(&usage));
    }
    complain("查看帮助：taizhang-cli --help");
    ExitCode::from(2)
}

/// One line or more to standard output. A reader that went away is no fault of the work.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// One line or more to standard error.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::refused(format!("无法写成 JSON：{e}")))?;
    print(&text);
    Ok(())
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|source| Error::File { what: "读取", path: path.to_owned(), source })
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn run(cli: Cli) -> Result<()> {
    let today = cli.today.unwrap_or_else(|| Local::now().date_naive());
    // With a day of one's own choosing the run says the same each time it is made.
    let now = match cli.today {
        Some(day) => format!("{day} 00:00:00"),
        None => Local::now().format("%Y-%m-%d %H:%M:%S").to_string(),
    };
    let folder = cli.data.unwrap_or_default();
    let open = || {
        let desk = Desk::open(&folder, WHO, today)?;
        desk.warnings().iter().for_each(|say| complain(&format!("注意：{say}")));
        Ok::<_, Error>(desk)
    };
    match cli.command {
        Command::Kinds(output) => list_kinds(output.json),
        Command::Recover { file } => recover(&folder, file),
        Command::Sample => {
            let status = open()?.open_sample()?;
            print(&format!("已放入示例“{}”，可用 undo 撤销", status.name.unwrap_or_default()));
            Ok(())
        }
        Command::Template { kind, out } => {
            file::write(&out, &open()?.template(&kind)?)?;
            print(&format!("已生成“{}”模板：{}", shape(&kind)?.label, out.display()));
            Ok(())
        }
        Command::Import { kind, file, plan, correction, reading, output } => {
            let (choices, correction) = (reading.into(), correction.as_deref());
            import(&mut open()?, &kind, &file, &choices, correction, plan, output.json)
        }
        Command::List { kind, output } => list(&open()?, &kind, output.json),
        Command::Show { record, output } => show(&open()?.record(&record.kind, record.id)?, output.json),
        Command::Delete { record } => {
            open()?.delete(&record.kind, record.id)?;
            print("已移入回收站，可用 put-back 放回或用 undo 撤销");
            Ok(())
        }
        Command::PutBack { record } => {
            open()?.put_back(&record.kind, record.id)?;
            print("已从回收站放回");
            Ok(())
        }
        Command::Attach { record, role, file } => {
            let mut desk = open()?;
            let view = desk.record(&record.kind, record.id)?;
            let kept = desk.keep_proof(&file_name(&file), Some(&role), &read_file(&file)?)?;
            let outcome = desk.add_proof(&record.kind, record.id, vec![kept])?;
            match outcome.known.first() {
                Some(name) => print(&format!("“{}”已有这份{role}：{name}，没有重复添加", view.label)),
                None => print(&format!("已为“{}”添加{role}：{}", view.label, file.display())),
            }
            outcome.remarks.iter().for_each(|say| print(&format!("注意：{say}")));
            Ok(())
        }
        Command::Proofs { folder } => {
            let files = open()?.store().export_attachments(&folder)?;
            print(&format!("已导出 {} 个佐证材料：{}", files.len(), folder.display()));
            Ok(())
        }
        Command::Bin(output) => bin(&open()?, output.json),
        Command::Forms(output) => forms(&open()?, output.json),
        Command::Programmes(output) => programmes(&open()?, output.json),
        Command::Pack { programme, on, out, output } => {
            let report = open()?.pack(&programme, on.unwrap_or(today), &out, Progress::SILENT)?;
            if output.json {
                return print_json(&report);
            }
            print(report.to_string().trim_end());
            Ok(())
        }
        Command::Reminders(output) => {
            let all = open()?.reminders()?;
            if output.json {
                return print_json(&all);
            }
            all.iter().for_each(|r| print(&format!("{}{}：{}", if r.urgent { "! " } else { "  " }, r.title, r.say)));
            Ok(())
        }
        Command::Gauge { programme, on, output } => {
            let gauge = open()?.gauge(&programme, on.unwrap_or(today))?;
            if output.json {
                return print_json(&gauge);
            }
            print(gauge.to_string().trim_end());
            Ok(())
        }
        Command::Judge { programme, condition, answer, note, on, until } => {
            open()?.judge(&programme, &condition, on.unwrap_or(today), Answer { answer: answer.0, note, until })?;
            print(&format!("{condition} 的判断已{}", if answer.0.is_some() { "记下" } else { "取消" }));
            Ok(())
        }
        Command::Fill { report, choice, output } => {
            let filled = open()?.fill(&report.form, &report.period.to_string(), choice.into())?;
            if output.json { print_json(&filled) } else { print_filled(&filled) }
        }
        Command::Export { report, out, choice } => {
            open()?.export_to(&report.form, &report.period.to_string(), choice.into(), &out)?;
            print(&format!("已导出：{}", out.display()));
            Ok(())
        }
        Command::File { report, choice, reported_on, due_on } => {
            let choice = FilingChoice { basis: choice.basis, cutoff: choice.cutoff, reported_on, due_on };
            let filled = open()?.file_as(&report.form, &report.period.to_string(), choice)?;
            print(&format!(
                "已登记：{} {}，{}，数据截止 {}",
                filled.title,
                filled.period_label,
                filled.basis.label(),
                filled.cutoff
            ));
            Ok(())
        }
        Command::Override { report, code, value, reason } => {
            let filled = open()?.override_cell(&report.form, &report.period.to_string(), &code, value, &reason)?;
            let cell = filled.cells.iter().find(|c| c.code == code);
            let shown = cell.map_or_else(String::new, shown);
            print(&format!("{code} {}：{shown}", if value.is_some() { "已改为手工值" } else { "已恢复为计算值" }));
            Ok(())
        }
        Command::Text { report, code, write, file, confirm, output } => {
            let mut desk = open()?;
            let (form, period) = (report.form.as_str(), report.period.to_string());
            let words = match (write, file) {
                (Some(words), _) => Some(words),
                (None, Some(path)) => Some(
                    String::from_utf8(read_file(&path)?)
                        .map_err(|_| Error::refused(format!("{} 不是 UTF-8 编码的文字", path.display())))?,
                ),
                (None, None) => None,
            };
            let view = match words {
                Some(words) => desk.write_text(form, &period, &code, &words)?,
                None if confirm => desk.confirm_text(form, &period, &code)?,
                None => desk.text(form, &period, &code)?,
            };
            if output.json {
                return print_json(&view);
            }
            print_text(&view);
            Ok(())
        }
        Command::Offers { form, take, output } => {
            let mut desk = open()?;
            if take {
                let count = desk.take_offers(&form)?;
                print(&format!("已采用 {count} 条参考记录"));
                return Ok(());
            }
            let all = desk.offers(&form)?;
            if output.json {
                return print_json(&all);
            }
            for one in &all {
                let fields: Vec<String> = one.fields.iter().map(|(label, text)| format!("{label}={text}")).collect();
                print(&format!("{}{}", fields.join("  "), if one.taken { "  (已有)" } else { "" }));
            }
            Ok(())
        }
        Command::Tailor { form, change } => {
            let entry = open()?.tailor(&form, &change.into())?;
            let whose = if entry.own { "自有文件" } else { "程序自带" };
            print(&format!("{}  {}  ({whose})", entry.id, entry.title));
            Ok(())
        }
        Command::Add { kind, fields } => {
            let mut desk = open()?;
            let added = desk.add(&kind, &typed_fields(&kind, fields)?)?;
            if added.row.id == 0 {
                let say: Vec<&str> = added.row.marks.iter().map(|m| m.say.as_str()).collect();
                return Err(Error::refused(format!("没有新增：{}", say.join("；"))));
            }
            print(&format!("已新增，编号 {}", added.row.id));
            Ok(())
        }
        Command::Set { record, fields } => {
            let mut desk = open()?;
            let typed = typed_fields(&record.kind, fields)?;
            let puts: Vec<Put> = typed.into_iter().map(|typed| Put { id: record.id, typed }).collect();
            desk.change(&record.kind, &puts)?;
            print("已修改");
            Ok(())
        }
        Command::Explain { report, rule, reason } => {
            open()?.explain(&report.form, &report.period.to_string(), &rule, &reason)?;
            print(&format!("{rule} 的说明已{}", if reason.trim().is_empty() { "取消" } else { "记下" }));
            Ok(())
        }
        Command::Seal { report } => {
            let filled = open()?.seal(&report.form, &report.period.to_string(), &now)?;
            print(&format!("已上报封存：{} {}", filled.title, filled.period_label));
            Ok(())
        }
        Command::Unseal { report, reason } => {
            open()?.unseal(&report.form, &report.period.to_string(), &reason, &now)?;
            print(&format!("已解封：{} {}", report.form, report.period));
            Ok(())
        }
        Command::Scan { report, file } => {
            let bytes = read_file(&file)?;
            open()?.attach_scan(&report.form, &report.period.to_string(), &file_name(&file), &bytes)?;
            print(&format!("已附盖章扫描件：{}", file.display()));
            Ok(())
        }
        Command::Diff { report, output } => diff(&open()?, &report, output.json),
        Command::History { limit, output } => history(&open()?, limit, output.json),
        Command::Undo => {
            let step = open()?.undo()?.ok_or_else(|| Error::refused("没有可以撤销的操作"))?;
            print(&format!("已撤销：{step}"));
            Ok(())
        }
        Command::Redo => {
            let step = open()?.redo()?.ok_or_else(|| Error::refused("没有可以重做的操作"))?;
            print(&format!("已重做：{step}"));
            Ok(())
        }
        Command::Backup => {
            let backup = open()?.backup()?;
            print(&format!("已备份并校验：{}", backup.path.display()));
            Ok(())
        }
        Command::Backups(output) => backups(&open()?, output.json),
        Command::Restore { file } => {
            let mut desk = open()?;
            let before = desk.store().last_step();
            desk.restore(&file)?;
            // What is the same already leaves no step, so undo would take back something else.
            if desk.store().last_step() == before {
                print(&format!("备份的内容与现在的台账相同，没有改动：{}", file.display()));
            } else {
                print(&format!("已从备份恢复，可用 undo 撤销：{}", file.display()));
            }
            Ok(())
        }
        Command::Verify => {
            let flaws = open()?.store().verify()?;
            if flaws.is_empty() {
                print("台账和佐证材料完好");
                Ok(())
            } else {
                Err(Error::Flawed { flaws })
            }
        }
    }
}

impl From<ChoiceArgs> for Choice {
    fn from(args: ChoiceArgs) -> Choice {
        Choice { basis: args.basis, cutoff: args.cutoff }
    }
}

fn list_kinds(as_json: bool) -> Result<()> {
    if as_json {
        return print_json(&kinds());
    }
    for kind in kinds() {
        print(&format!("{}  {}", kind.name, kind.label));
        for field in kind.fields {
            let must = if field.required { "，必填" } else { "" };
            let options =
                if field.options.is_empty() { String::new() } else { format!("：{}", field.options.join(" | ")) };
            print(&format!("    {}  {}  {}{must}{options}", field.name, field.heading, field.ty));
        }
    }
    Ok(())
}

fn import(
    desk: &mut Desk,
    kind: &str,
    path: &Path,
    choices: &Choices,
    correction: Option<&Path>,
    only_plan: bool,
    as_json: bool,
) -> Result<()> {
    let plan = desk.plan(kind, &file_name(path), &read_file(path)?, choices, Progress::SILENT)?;
    if let Some(say) = &plan.trouble {
        return Err(Error::refused(say.clone()));
    }
    if let Some(at) = plan.unmet.first() {
        return Err(Error::refused(format!("第 {} 行不是数据行，没有什么可以不导入；没有执行", at.row)));
    }
    let applied = if only_plan { None } else { Some(desk.import(&plan, Progress::SILENT)?) };
    if as_json {
        let mut answer = json!(plan);
        if let (Some(applied), Some(map)) = (&applied, answer.as_object_mut()) {
            map.insert("applied".into(), json!(applied));
        }
        print_json(&answer)?;
    } else {
        print_plan(&plan, only_plan);
    }
    let flawed = plan.rows.iter().filter(|r| r.action == Action::Flawed).count();
    if let Some(out) = correction.filter(|_| flawed > 0) {
        file::write(out, &desk.correction(&plan)?)?;
        complain(&format!("有问题的 {flawed} 行已另存，改好后可再次导入：{}", out.display()));
    }
    for row in &plan.rows {
        for flaw in &row.flaws {
            let place = Place {
                file: Some(plan.file.clone()),
                sheet: (!row.sheet.is_empty()).then(|| row.sheet.to_string()),
                cell: Some(flaw.cell.clone()),
                ..Place::default()
            };
            complain(&Flaw { place, say: flaw.say.clone() }.to_string());
        }
    }
    // What was left out must not pass unseen in a script.
    if flawed > 0 && !only_plan {
        let rest = if flawed < plan.rows.len() { "其余各行已导入，" } else { "" };
        return Err(Error::refused(format!("有 {flawed} 行存在以上问题，没有导入；{rest}改正后可再次导入同一文件")));
    }
    Ok(())
}

/// What an import does or would do, row by row where there is something to see.
fn print_plan(plan: &Plan, only_plan: bool) {
    let counts = plan.counts();
    let verb = if only_plan { "将" } else { "已" };
    print(&format!(
        "{}：{verb}新增 {}，修改 {}，相同 {}，有问题不导入 {}",
        plan.shape.label, counts.new, counts.changed, counts.same, counts.flawed
    ));
    if counts.left > 0 {
        print(&format!("    按选择没有导入 {} 行", counts.left));
    }
    if counts.people > 0 {
        print(&format!("    其中写明的人员，{verb}新增成员 {} 人", counts.people));
    }
    for one in plan.mapping.iter().filter(|m| m.field.is_none()) {
        print(&format!("    {} 列“{}”不是{}的栏目，没有读", one.column, one.heading, plan.shape.label));
    }
    for one in &plan.left_out {
        print(&format!("    工作表“{}”：{}", one.sheet, one.say));
    }
    for row in plan.rows.iter().filter(|r| r.action == Action::Change) {
        for change in &row.changes {
            let label = plan.shape.label_of(&change.field).unwrap_or(&change.field);
            let old = if change.old.is_empty() { "(空)" } else { &change.old };
            print(&format!("    第{}行 {} {label}：{old} → {}", row.row, row.label, change.new));
        }
    }
}

fn list(desk: &Desk, kind: &str, as_json: bool) -> Result<()> {
    if as_json {
        return print_json(&desk.list(kind)?);
    }
    let shape = shape(kind)?;
    let ledger = desk.store().ledger()?;
    let heads: Vec<String> = shape.fields.iter().map(|f| f.heading(f.label)).collect();
    print(&format!("编号\t{}", heads.join("\t")));
    for record in ledger.rows(shape.kind).iter().filter(|r| listed(shape, r, &ledger, desk.today())) {
        let texts: Vec<String> =
            shape.fields.iter().map(|f| ledger.text(shape.kind, record, f.name).replace(['\n', '\t'], " ")).collect();
        print(&format!("{}\t{}", record.id, texts.join("\t")));
    }
    Ok(())
}

fn show(view: &RecordView, as_json: bool) -> Result<()> {
    if as_json {
        return print_json(view);
    }
    print(&format!("{} {}：{}{}", view.kind_label, view.id, view.label, if view.in_bin { "(在回收站)" } else { "" }));
    for field in view.fields.iter().filter(|f| !f.text.is_empty()) {
        print(&format!("    {}：{}", field.label, field.text));
    }
    for entry in &view.history {
        print(&format!("{} {}", entry.at, entry.name));
        for (label, before, after) in &entry.changes {
            let or_blank = |text: &str| if text.is_empty() { "(空)".to_owned() } else { text.to_owned() };
            print(&format!("    {label}：{} → {}", or_blank(before), or_blank(after)));
        }
    }
    Ok(())
}

fn bin(desk: &Desk, as_json: bool) -> Result<()> {
    let ledger = desk.store().ledger()?;
    let all = desk.store().bin()?;
    let entries: Vec<_> = all.iter().map(|(kind, r, _)| (kind.name, kind.label, r.id, ledger.label(kind, r))).collect();
    if as_json {
        let list: Vec<_> =
            entries.iter().map(|(kind, _, id, label)| json!({ "kind": kind, "id": id, "label": label })).collect();
        return print_json(&list);
    }
    if entries.is_empty() {
        print("回收站是空的");
    }
    for (kind, kind_label, id, label) in entries {
        print(&format!("{kind} {id}  {kind_label}：{label}"));
    }
    Ok(())
}

fn forms(desk: &Desk, as_json: bool) -> Result<()> {
    let broken = &desk.shelf().broken;
    let flaws = || broken.iter().flat_map(|b| b.flaws.iter().map(Flaw::to_string));
    if as_json {
        let mut list: Vec<_> = desk.forms().iter().map(|f| json!(f)).collect();
        // A broken file has no id to ask for.
        list.extend(broken.iter().map(|b| json!({ "id": null, "file": b.file, "broken": true, "flaws": b.flaws })));
        print_json(&list)?;
        flaws().for_each(|flaw| complain(&flaw));
        return Ok(());
    }
    for form in desk.forms() {
        let notes = [(form.official, "官方表式"), (!form.official, "非官方"), (form.own, "自有文件")];
        let notes: Vec<&str> = notes.into_iter().filter_map(|(is, word)| is.then_some(word)).collect();
        print(&format!("{}  {}  ({})", form.id, form.title, notes.join("，")));
    }
    for one in broken {
        print(&format!("不能用的表格文件：{}", one.file));
    }
    flaws().for_each(|flaw| print(&format!("    {flaw}")));
    Ok(())
}

fn programmes(desk: &Desk, as_json: bool) -> Result<()> {
    let broken = desk.broken_programmes();
    let flaws = || broken.iter().flat_map(|b| b.flaws.iter().map(Flaw::to_string));
    if as_json {
        let mut list: Vec<_> = desk.programmes().iter().map(|p| json!(p)).collect();
        // A broken file has no id to ask for.
        list.extend(broken.iter().map(|b| json!({ "id": null, "file": b.file, "broken": true, "flaws": b.flaws })));
        print_json(&list)?;
        flaws().for_each(|flaw| complain(&flaw));
        return Ok(());
    }
    for one in desk.programmes() {
        let own = if one.own { "，自有文件" } else { "" };
        print(&format!("{}  {}  ({}{own})", one.id, one.title, one.seen.label()));
    }
    for one in &broken {
        print(&format!("不能用的申报事项文件：{}", one.file));
    }
    flaws().for_each(|flaw| print(&format!("    {flaw}")));
    Ok(())
}

/// Fields by English name or label, as they are typed.
fn typed_fields(kind: &str, fields: Vec<(String, String)>) -> Result<Vec<Typed>> {
    let shape = shape(kind)?;
    let one = |(name, text): (String, String)| {
        let found =
            shape.fields.iter().find(|f| f.name == name || f.label == name || f.aliases.contains(&name.as_str()));
        let field = found.ok_or_else(|| Error::refused(format!("{}没有“{name}”这一栏", shape.label)))?;
        Ok(Typed { field: field.name.to_owned(), text, ids: None })
    };
    fields.into_iter().map(one).collect()
}

fn print_text(view: &TextView) {
    let over = if view.over { "，超过" } else { "" };
    let limit = view.limit.map_or_else(String::new, |n| format!("，限 {n} 字{over}"));
    let draft = if view.draft { "，按台账拟写" } else { "" };
    print(&format!("{} {}：{} 字{limit}{draft}", view.code, view.label, view.length));
    print(&view.text);
    if view.raw != view.text {
        print(&format!("原文：{}", view.raw));
    }
    for name in &view.unknown {
        print(&format!("{{{name}}} 不是可用的数据"));
    }
    for one in &view.changed {
        print(&format!("写后有变：{} {} → {}", one.label, one.was, one.now));
    }
    let numbers: Vec<String> =
        view.insertions.iter().map(|i| format!("{{{}}} {} {}{}", i.code, i.label, i.text, i.unit)).collect();
    print(&format!("可引用：{}", numbers.join("，")));
}

fn written(value: Option<&Content>) -> String {
    match value {
        None => "(空)".to_owned(),
        Some(Content::Int(n)) => n.to_string(),
        Some(Content::Decimal(n)) => incubator::amount::yuan(*n),
        Some(Content::Text(text)) => text.clone(),
    }
}

/// What a cell shows, with the decimals of its form.
fn shown(cell: &Cell) -> String {
    if cell.value.is_none() { "(空)".to_owned() } else { cell.printed() }
}

fn print_filled(filled: &Filled) -> Result<()> {
    let sealed = filled.sealed_at.as_ref().map_or_else(String::new, |at| format!("，已于 {at} 上报封存"));
    print(&format!("{} {}", filled.title, filled.period_label));
    // The state on a day has no first day and no basis.
    match Period::parse(&filled.period) {
        Ok(Period::Day(_)) => print(&format!("截至 {}{sealed}", filled.cutoff)),
        _ => print(&format!("{}：{} 至 {}{sealed}", filled.basis.label(), filled.start, filled.cutoff)),
    }
    for item in filled.head.iter().chain(&filled.foot).filter(|i| !i.label.is_empty()) {
        print(&format!("{}：{}", item.label, item.value.as_deref().unwrap_or("")));
    }
    for cell in &filled.cells {
        if let Some(section) = &cell.section {
            print(section);
        }
        let mark = if cell.overridden { "(手工)" } else { "" };
        let indent = "  ".repeat(usize::from(cell.indent) + 1);
        print(&format!("{indent}{} {}：{}{mark} {}", cell.code, cell.label, shown(cell), cell.unit));
        let gaps = cell.gaps.iter().map(|g| &g.say);
        for note in cell.adjusted.iter().chain(gaps).chain(&cell.notes) {
            print(&format!("{indent}    {note}"));
        }
    }
    for table in &filled.tables {
        print(&table.columns.join("\t"));
        for row in &table.rows {
            let texts: Vec<String> =
                row.cells.iter().map(|c| c.as_ref().map_or_else(String::new, |c| written(Some(c)))).collect();
            print(&texts.join("\t"));
        }
    }
    for breach in &filled.breaches {
        let reason = match (&breach.reason, &breach.offered) {
            (Some(reason), _) => format!("；说明：{reason}"),
            (None, Some(offered)) => format!("；以前的说明：{offered}"),
            (None, None) => String::new(),
        };
        print(&format!("{} {}：{}{reason}", breach.level.label(), breach.rule, breach.message));
    }
    Ok(())
}

fn diff(desk: &Desk, report: &Report, as_json: bool) -> Result<()> {
    let all = desk.differences(&report.form, &report.period.to_string())?;
    if as_json {
        return print_json(&all);
    }
    if all.is_empty() {
        print("已上报的数字与现在的台账一致");
    }
    for one in &all {
        let (sealed, now) = (written(one.sealed.as_ref()), written(one.now.as_ref()));
        print(&format!("{} {}：已上报 {sealed}，现台账 {now}", one.code, one.label));
        for by in &one.records {
            print(&format!("    {} {} {}：{}", by.at, by.step, by.kind, by.label));
        }
    }
    Ok(())
}

fn history(desk: &Desk, limit: usize, as_json: bool) -> Result<()> {
    let steps = desk.store().history(limit)?;
    if as_json {
        return print_json(&steps);
    }
    for step in steps {
        let undone = if step.undone { "(已撤销)" } else { "" };
        print(&format!("{}  {}  {}{undone}，{} 处改动", step.id, step.at, step.name, step.changes));
    }
    Ok(())
}

fn backups(desk: &Desk, as_json: bool) -> Result<()> {
    let all = desk.backups()?;
    if as_json {
        return print_json(&all);
    }
    if all.is_empty() {
        print("还没有备份");
    }
    for one in all {
        print(&format!("{}  {} KB  {}", one.at, one.size.div_ceil(1024), one.path.display()));
    }
    Ok(())
}

/// Puts the newest verified backup, or the given one, in the place of a damaged store.
fn recover(folder: &Path, given: Option<PathBuf>) -> Result<()> {
    let found = match Store::open(folder, WHO) {
        Ok(_) => return Err(Error::refused("台账完好，不需要抢救；要回到某一份备份请用 restore")),
        Err(Error::Damaged { backup, .. }) => backup,
        Err(other) => return Err(other),
    };
    let backup = given.or(found).ok_or_else(|| Error::refused("没有找到可用的备份；如备份在别处，请写明文件"))?;
    Store::recover(folder, WHO, &backup)?;
    print(&format!("已从备份恢复，损坏的文件原样保留：{}", backup.display()));
    Ok(())
}
