//! Flaws of one record: what it lacks, wrong shapes, contradictions.

use super::{Kind, Record, Rule, Shape, Type, Value, format_value};
use crate::error::Flaw;

/// Every flaw of a record, seen as one of `shape`'s list. Empty means sound.
pub fn check(shape: &Shape, record: &Record) -> Vec<Flaw> {
    let kind = shape.kind;
    let mut flaws = Vec::new();
    for (at, field) in kind.fields.iter().enumerate() {
        let value = record.get(at);
        // Nearly all are sound, and 100,000 records are not looked through for labels.
        let sound = match value {
            None => !field.required && !shape.fields.iter().any(|f| f.required && f.name == field.name),
            Some(value) => shape_flaw(field, value).is_none(),
        };
        if sound {
            continue;
        }
        // The list's own label and demand, where it shows the field.
        let field = shape.fields.iter().find(|f| f.name == field.name).unwrap_or(field);
        let say = match value {
            None if field.required => Some(format!("未填{}", field.label)),
            None => None,
            Some(value) => shape_flaw(field, value),
        };
        flaws.extend(say.map(|say| Flaw::field(shape.name, field.name, say)));
    }
    for rule in kind.rules {
        flaws.extend(contradiction(kind, record, *rule).map(|(field, say)| Flaw::field(shape.name, field, say)));
    }
    flaws
}

fn shape_flaw(field: &super::Field, value: &Value) -> Option<String> {
    let label = field.label;
    match (field.ty, value) {
        (Type::CreditCode, Value::Text(code)) => credit_code_flaw(code).map(|why| format!("{label}“{code}”{why}")),
        (Type::Phone, Value::Text(phone)) if !is_phone(phone) => {
            Some(format!("{label}“{phone}”不像电话号码：手机 11 位，座机请带区号，如 0737-4110938"))
        }
        (Type::Postcode, Value::Text(code)) if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) => {
            Some(format!("{label}“{code}”应为 6 位数字"))
        }
        (Type::Email, Value::Text(mail)) if !is_email(mail) => Some(format!("{label}“{mail}”不是有效的电子邮件地址")),
        (Type::Choice(options), Value::Text(word)) if !options.contains(&&**word) => {
            Some(format!("{label}“{word}”不在可选范围内，可选：{}", options.join("、")))
        }
        (Type::Money | Type::Int | Type::Decimal, Value::Int(n)) if *n < 0 && !field.signed => {
            Some(format!("{label}不能为负数：{}", format_value(field, Some(value))))
        }
        _ => None,
    }
}

fn contradiction(kind: &Kind, record: &Record, rule: Rule) -> Option<(&'static str, String)> {
    let label = |name: &str| kind.field(name).map_or("", |f| f.label);
    match rule {
        Rule::Order(first, last) => {
            let (a, b) = (record.field(kind, first)?.as_date()?, record.field(kind, last)?.as_date()?);
            (a > b).then(|| (last, format!("{}({b})早于{}({a})", label(last), label(first))))
        }
        Rule::AtMost(part, whole) => {
            let (a, b) = (record.field(kind, part)?.as_int()?, record.field(kind, whole)?.as_int()?);
            let text =
                |name: &str, n: i64| kind.field(name).map_or(String::new(), |f| format_value(f, Some(&Value::Int(n))));
            (a > b)
                .then(|| (part, format!("{}({})大于{}({})", label(part), text(part, a), label(whole), text(whole, b))))
        }
        Rule::NegativeOnly(money, choice, word) => {
            let amount = record.field(kind, money)?.as_int()?;
            let allowed = record.field(kind, choice).and_then(Value::as_text) == Some(word);
            (amount < 0 && !allowed)
                .then(|| (money, format!("{}不能为负数({}为“{word}”时除外)", label(money), label(choice))))
        }
    }
}

/// Why a text is not a 统一社会信用代码 (GB 32100-2015), or `None` when it is one.
pub fn credit_code_flaw(code: &str) -> Option<String> {
    // Digits and capitals without I, O, Z, S, V.
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let count = code.chars().count();
    if count != 18 {
        return Some(format!("应为 18 位，现为 {count} 位"));
    }
    let mut sum = 0;
    let mut weight = 1;
    let mut digits = [0; 18];
    for (i, c) in code.chars().enumerate() {
        let Some(value) = ALPHABET.iter().position(|a| char::from(*a) == c) else {
            return Some(format!("第 {} 位“{c}”不允许：只用数字和大写字母，且没有 I、O、Z、S、V", i + 1));
        };
        digits[i] = value;
        if i < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
    }
    let want = (31 - sum % 31) % 31;
    (digits[17] != want).then(|| format!("校验码不对：末位应为“{}”，请对照营业执照", char::from(ALPHABET[want])))
}

/// Mobile or fixed numbers, several parted by 、 or /, an extension after -.
fn is_phone(text: &str) -> bool {
    text.split(['、', '/', ',', '，', ';', '；']).all(|one| {
        let one = one.trim();
        let digits: String = one.chars().filter(char::is_ascii_digit).collect();
        one.chars().all(|c| c.is_ascii_digit() || "-—－ ()（）+转".contains(c))
            && (7..=18).contains(&digits.len())
            && !(digits.len() == 11 && digits.starts_with('1') && !is_mobile(&digits))
            && (digits.len() != 12 || !digits.starts_with('1'))
    })
}

fn is_mobile(digits: &str) -> bool {
    digits.as_bytes().get(1).is_some_and(|b| (b'3'..=b'9').contains(b))
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !text.contains(char::is_whitespace)
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{parse_value, shape};

    /// `fields` as `name=text;name=text`; the flaws' sentences, one a line.
    fn check_text(list: &str, fields: &str) -> String {
        let Some(shape) = shape(list) else { return format!("no kind {list}") };
        let mut record = Record::empty(shape.kind, 1);
        for (name, text) in fields.split(';').filter_map(|p| p.split_once('=')) {
            let Some(field) = shape.kind.field(name) else { return format!("no field {name}") };
            match parse_value(field, text) {
                Ok(value) => record.set(shape.kind, name, value),
                Err(say) => return say,
            }
        }
        check(shape, &record).iter().map(|f| f.say.clone()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn flaws_name_the_field_and_the_cure() {
        let sound = "name=甲;entered_as=初创企业;registered_on=2021-05-01;moved_in_on=2021-03-01";
        assert_eq!(check_text("enterprise", sound), "");
        for (fields, want) in [
            ("credit_code=91350100M000100Y43", ""),
            (
                "credit_code=91350100M000100Y44",
                "统一社会信用代码“91350100M000100Y44”校验码不对：末位应为“3”，请对照营业执照",
            ),
            (
                "credit_code=91350100M0001O0Y43",
                "统一社会信用代码“91350100M0001O0Y43”第 14 位“O”不允许：只用数字和大写字母，且没有 I、O、Z、S、V",
            ),
            ("credit_code=9135", "统一社会信用代码“9135”应为 18 位，现为 4 位"),
            ("leader_phone=1234", "联系电话“1234”不像电话号码：手机 11 位，座机请带区号，如 0737-4110938"),
            ("leader_phone=0737-4110938", ""),
            ("reg_capital=-5", "注册资本不能为负数：-5.00"),
        ] {
            assert_eq!(check_text("enterprise", &format!("{sound};{fields}")), want, "{fields}");
        }
        assert_eq!(check_text("enterprise", "name=甲;entered_as=初创企业;moved_in_on=2021-03-01"), "未填注册日期");
        assert_eq!(
            check_text("agreement", "tenant=1;signed_on=2021-01-01;start_on=2021-02-01;end_on=2021-01-01"),
            "终止日期(2021-01-01)早于起始日期(2021-02-01)"
        );
        assert_eq!(
            check_text("income", "received_on=2021-01-01;line=财政补贴;amount=-3"),
            "金额不能为负数(收入类别为“投资收入”时除外)"
        );
        assert_eq!(check_text("income", "received_on=2021-01-01;line=投资收入;amount=-3"), "");
    }
}
