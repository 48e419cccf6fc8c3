//! The screen's types are those of the core: `ui/src/types.ts` is made from them, and kept with the sources.

use incubator::desk::{
    Added, Binned, Changed, Choice, Choices, Column, Difference, FigureView, FilingChoice, FilingEntry, ListGroup,
    PortalLine, ProofAdded, ProofCount, ProofGroup, Put, QuarterProof, ReadBack, RecordProof, RecordView, Round,
    RoundPut, Rows, Sheet, Status, Target, Typed, View,
};
use incubator::error::Refusal;
use incubator::form::Filled;
use incubator::progress::Step;
use incubator::roster::{Only, PlanRow, PlanView};
use incubator::store::Backup;
use ts_rs::{Config, TS};

#[test]
fn the_screen_knows_the_types_of_the_core() {
    let folder = std::env::temp_dir().join(format!("taizhang-types-{}", std::process::id()));
    let config = Config::new().with_out_dir(&folder);
    let every = [
        Status::export_all(&config),
        Filled::export_all(&config),
        Choice::export_all(&config),
        FilingChoice::export_all(&config),
        Difference::export_all(&config),
        RecordView::export_all(&config),
        FigureView::export_all(&config),
        FilingEntry::export_all(&config),
        PortalLine::export_all(&config),
        ReadBack::export_all(&config),
        Refusal::export_all(&config),
        ListGroup::export_all(&config),
        Column::export_all(&config),
        View::export_all(&config),
        Rows::export_all(&config),
        Put::export_all(&config),
        Changed::export_all(&config),
        Added::export_all(&config),
        Choices::export_all(&config),
        Sheet::export_all(&config),
        Binned::export_all(&config),
        Round::export_all(&config),
        RoundPut::export_all(&config),
        Typed::export_all(&config),
        Target::export_all(&config),
        Step::export_all(&config),
        Backup::export_all(&config),
        PlanView::export_all(&config),
        PlanRow::export_all(&config),
        Only::export_all(&config),
        RecordProof::export_all(&config),
        ProofCount::export_all(&config),
        ProofAdded::export_all(&config),
        ProofGroup::export_all(&config),
        QuarterProof::export_all(&config),
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
