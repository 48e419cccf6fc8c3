//! The screen's types are those of the core: `ui/src/types.ts` is made from them, and kept with the sources.

use incubator::{desk, error, form, programme, progress, roster, store};
use ts_rs::{Config, TS};

#[test]
fn the_screen_knows_the_types_of_the_core() {
    let folder = std::env::temp_dir().join(format!("taizhang-types-{}", std::process::id()));
    let config = Config::new().with_out_dir(&folder);
    let every = [
        desk::Status::export_all(&config),
        desk::First::export_all(&config),
        desk::TextView::export_all(&config),
        desk::Offer::export_all(&config),
        desk::Tailoring::export_all(&config),
        desk::Pattern::export_all(&config),
        form::Filled::export_all(&config),
        desk::Choice::export_all(&config),
        desk::FilingChoice::export_all(&config),
        desk::Difference::export_all(&config),
        desk::RecordView::export_all(&config),
        desk::FigureView::export_all(&config),
        desk::FilingEntry::export_all(&config),
        desk::PortalLine::export_all(&config),
        desk::ReadBack::export_all(&config),
        error::Refusal::export_all(&config),
        desk::ListGroup::export_all(&config),
        desk::Column::export_all(&config),
        desk::View::export_all(&config),
        desk::Rows::export_all(&config),
        desk::Put::export_all(&config),
        desk::Changed::export_all(&config),
        desk::Added::export_all(&config),
        desk::Choices::export_all(&config),
        desk::Sheet::export_all(&config),
        desk::Bin::export_all(&config),
        desk::Binned::export_all(&config),
        desk::Round::export_all(&config),
        desk::RoundPut::export_all(&config),
        desk::Typed::export_all(&config),
        desk::Target::export_all(&config),
        desk::RestoreChange::export_all(&config),
        desk::StepEntry::export_all(&config),
        desk::SecondCopy::export_all(&config),
        desk::AboutProgram::export_all(&config),
        desk::HitGroup::export_all(&config),
        desk::Overview::export_all(&config),
        desk::Dial::export_all(&config),
        desk::Charts::export_all(&config),
        progress::Step::export_all(&config),
        store::Backup::export_all(&config),
        roster::PlanView::export_all(&config),
        roster::PlanRow::export_all(&config),
        roster::Only::export_all(&config),
        desk::Reminder::export_all(&config),
        desk::Standing::export_all(&config),
        desk::PackReport::export_all(&config),
        desk::ProgrammeForm::export_all(&config),
        desk::ProgrammeEntry::export_all(&config),
        programme::Gauge::export_all(&config),
        desk::RecordProof::export_all(&config),
        desk::ProofCount::export_all(&config),
        desk::ProofAdded::export_all(&config),
        desk::ProofGroup::export_all(&config),
        desk::QuarterProof::export_all(&config),
    ];
    assert!(every.iter().all(Result::is_ok), "{every:?}");
    let made = std::fs::read_to_string(folder.join("types.ts")).expect("the types were written");
    std::fs::remove_dir_all(&folder).expect("cleared away");
    // The generator's first line names an address; ours says how to make the file again.
    let made = made.split_once('\n').map_or(made.as_str(), |(_, rest)| rest);
    let made = format!("// Made from the core's types: UPDATE_TYPES=1 cargo test -p tests types::\n{made}");
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/types.ts");
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::write(&kept, &made).expect("written");
    }
    let kept = std::fs::read_to_string(&kept).expect("ui/src/types.ts").replace("\r\n", "\n");
    assert!(kept == made, "ui/src/types.ts is stale: run UPDATE_TYPES=1 cargo test -p tests types::");
}
