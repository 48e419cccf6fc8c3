//! What is kept. Each field of each kind is said once, in [`kinds`]; from it come the columns of the
//! store, the headings an import recognises, the words a form may use and the grid on screen.

mod check;
mod kinds;
mod value;

use std::sync::LazyLock;

pub use check::{check, credit_code_flaw};
pub use kinds::{GROUPS, KINDS, LISTS};
pub use value::{Record, Value, format_value, parse_value};

/// What a field holds. The storage form is that of [`Value`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    /// One line of text.
    Text,
    /// Text of many lines.
    Long,
    /// One of a closed list of Chinese words, stored as the word itself.
    Choice(&'static [&'static str]),
    /// A telephone number, as text.
    Phone,
    /// A postcode of six digits, as text.
    Postcode,
    /// 统一社会信用代码: 18 characters with a check digit (GB 32100-2015), as text.
    CreditCode,
    /// An e-mail address.
    Email,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A month, `YYYY-MM`, held as its first day.
    Month,
    /// A calendar year.
    Year,
    /// A whole number of its unit.
    Int,
    /// A number with at most two decimals, held in hundredths.
    Decimal,
    /// Money, held in 分.
    Money,
    /// Yes or no.
    Bool,
    /// A record of another kind, by id.
    Ref(&'static str),
    /// Several records of another kind, by id, in order.
    Refs(&'static str),
    /// Any record, written `event:12`: what a proof file belongs to.
    Owner,
    /// Text that only the program writes (hashes, frozen reports).
    System,
}

impl Type {
    /// Name of the type for the command line and the screen.
    pub fn name(self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Long => "long",
            Type::Choice(_) => "choice",
            Type::Phone => "phone",
            Type::Postcode => "postcode",
            Type::CreditCode => "credit_code",
            Type::Email => "email",
            Type::Date => "date",
            Type::Month => "month",
            Type::Year => "year",
            Type::Int => "int",
            Type::Decimal => "decimal",
            Type::Money => "money",
            Type::Bool => "bool",
            Type::Ref(_) => "ref",
            Type::Refs(_) => "refs",
            Type::Owner => "owner",
            Type::System => "system",
        }
    }

    /// Column type in the store's STRICT tables.
    pub fn sql(self) -> &'static str {
        match self {
            Type::Year | Type::Int | Type::Decimal | Type::Money | Type::Bool | Type::Ref(_) => "INTEGER",
            _ => "TEXT",
        }
    }
}

/// One field, said once.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// English name: column, JSON key and word of a form file.
    pub name: &'static str,
    /// Chinese label: heading of a column and of an editor's line.
    pub label: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Unit in which people read and type it (元, m², 人, 场次 …), empty for none.
    pub unit: &'static str,
    /// A record without it is flawed.
    pub required: bool,
    /// A negative number is allowed.
    pub signed: bool,
    /// Value given to a new record that leaves it out, as text.
    pub default: &'static str,
    /// Other headings under which rosters carry it.
    pub aliases: &'static [&'static str],
    /// Explanation for the "?" and the template's note, with its source.
    pub help: &'static str,
    /// When the numbers of several records may be added up.
    pub adds: Adds,
    /// Heading of the editor's section that begins with this field, empty within a section.
    pub section: &'static str,
}

/// When the numbers of a field add up over several records. Only numbers with a unit ever do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adds {
    /// Flows and sizes: incomes, areas, attendants.
    Always,
    /// A state of its day: the head-counts of two quarters do not add up, those of one day do.
    SameDay,
    /// Prices.
    Never,
}

impl Field {
    const fn new(name: &'static str, label: &'static str, ty: Type) -> Field {
        Field {
            name,
            label,
            ty,
            unit: "",
            required: false,
            signed: false,
            default: "",
            aliases: &[],
            help: "",
            adds: Adds::Always,
            section: "",
        }
    }
    /// The unit people use.
    pub const fn unit(mut self, unit: &'static str) -> Field {
        self.unit = unit;
        self
    }
    /// Must be filled in.
    pub const fn required(mut self) -> Field {
        self.required = true;
        self
    }
    /// May be negative.
    pub const fn signed(mut self) -> Field {
        self.signed = true;
        self
    }
    /// Given to new records that leave it out.
    pub const fn default(mut self, text: &'static str) -> Field {
        self.default = text;
        self
    }
    /// Other headings.
    pub const fn alias(mut self, aliases: &'static [&'static str]) -> Field {
        self.aliases = aliases;
        self
    }
    /// Explanation.
    pub const fn help(mut self, text: &'static str) -> Field {
        self.help = text;
        self
    }
    /// When its numbers add up.
    pub const fn adds(mut self, adds: Adds) -> Field {
        self.adds = adds;
        self
    }
    /// Begins a section of the editor.
    pub const fn section(mut self, heading: &'static str) -> Field {
        self.section = heading;
        self
    }
    /// The label with its unit, as headings carry it: 金额(元).
    pub fn heading(&self, label: &str) -> String {
        if self.unit.is_empty() { label.to_owned() } else { format!("{label}({})", self.unit) }
    }
}

/// A contradiction inside one record.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// The first date must not lie after the second.
    Order(&'static str, &'static str),
    /// The first number must not exceed the second.
    AtMost(&'static str, &'static str),
    /// The money field may be negative only when the choice field holds this word.
    NegativeOnly(&'static str, &'static str, &'static str),
}

/// One kind of record: one table of the store.
#[derive(Debug)]
pub struct Kind {
    /// English name: table, JSON kind and word of a form file.
    pub name: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// Under which of [`GROUPS`] the screen shows it.
    pub group: &'static str,
    /// Its fields, in the order of templates and editors.
    pub fields: &'static [Field],
    /// Fields whose texts make the record's own label in lists of evidence.
    pub title: &'static [&'static str],
    /// First and last day of its life, for `overlaps` and `covers` in form files. A tenant's last
    /// day is the date of its exit record and is written `left_on`.
    pub span: Option<(&'static str, &'static str)>,
    /// Field that dates the record: "latest" means latest by it.
    pub dated: Option<&'static str>,
    /// How an import finds the record that a row means: each entry is tried in turn, and applies
    /// when the row fills all of its fields.
    pub keys: &'static [&'static [&'static str]],
    /// Contradictions.
    pub rules: &'static [Rule],
    /// Kept by the program for its filings; no list, template or import of its own.
    pub internal: bool,
}

impl Kind {
    /// Position of a field.
    pub fn at(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == field)
    }
    /// Heading of the editor's section in which a field lies.
    pub fn section_of(&self, field: &str) -> &'static str {
        let until = self.at(field).map_or(0, |at| at + 1);
        let begun = self.fields.iter().take(until).rev().find(|f| !f.section.is_empty());
        begun.map_or("基本情况", |f| f.section)
    }
    /// A field by name.
    pub fn field(&self, field: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == field)
    }
    /// Position of the kind in [`KINDS`] and of its table in a ledger.
    pub fn index(&self) -> usize {
        KINDS.iter().position(|k| k.name == self.name).unwrap_or(usize::MAX)
    }
}

/// 创业团队 or 初创企业: what a tenant is on a given day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// 创业团队: no company is registered yet.
    Team,
    /// 初创企业: from the day of registration on.
    Enterprise,
}

impl Stage {
    /// The word stored in `tenant.entered_as` and used in form files.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Team => "创业团队",
            Stage::Enterprise => "初创企业",
        }
    }
}

/// A list that people see as one thing although its records are of another kind: teams and
/// enterprises are both tenants.
#[derive(Debug)]
pub struct List {
    /// English name.
    pub name: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// The kind its records are of.
    pub of: &'static str,
    /// Which tenants it shows, and what a new row enters as.
    pub stage: Stage,
    /// Its columns.
    pub fields: &'static [&'static str],
    /// Labels that differ from the field's own.
    pub labels: &'static [(&'static str, &'static str)],
    /// Fields that this list demands beyond those the kind demands.
    pub required: &'static [&'static str],
}

/// A kind as people see it in lists, templates and imports: a [`Kind`] or a [`List`] over one.
#[derive(Debug)]
pub struct Shape {
    /// English name.
    pub name: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// The kind its records are of.
    pub kind: &'static Kind,
    /// Set for the lists of teams and of enterprises.
    pub stage: Option<Stage>,
    /// Its columns, with the list's own labels and demands put in.
    pub fields: Vec<Field>,
}

impl Shape {
    /// The label under which this list shows a field.
    pub fn label_of(&self, field: &str) -> Option<&'static str> {
        self.fields.iter().find(|f| f.name == field).map(|f| f.label)
    }
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let of_kind = |kind: &&'static Kind| Shape {
        name: kind.name,
        label: kind.label,
        kind,
        stage: None,
        fields: kind.fields.to_vec(),
    };
    let of_list = |list: &&'static List| {
        let kind = kind(list.of)?;
        let fields = list.fields.iter().filter_map(|name| kind.field(name)).map(|f| {
            let mut field = *f;
            if let Some((_, label)) = list.labels.iter().find(|(name, _)| *name == f.name) {
                field.label = label;
            }
            field.required |= list.required.contains(&f.name);
            field
        });
        Some(Shape { name: list.name, label: list.label, kind, stage: Some(list.stage), fields: fields.collect() })
    };
    LISTS.iter().filter_map(of_list).chain(KINDS.iter().map(of_kind)).collect()
});

/// A kind by its English name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name).copied()
}

/// A kind or list by its English or Chinese name.
pub fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|s| s.name == name || s.label == name)
}

/// Every kind and list that people see, the lists of teams and enterprises first.
pub fn shapes() -> impl Iterator<Item = &'static Shape> {
    SHAPES.iter().filter(|s| !s.kind.internal)
}
