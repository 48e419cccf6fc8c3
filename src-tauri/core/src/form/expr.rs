//! The small language of formulas and checks: arithmetic, comparison, `and or not`, `=>` and `<=>`.
//! No functions, no text. A blank anywhere makes the whole blank: a rule about it stays silent.

use std::collections::BTreeSet;

/// A parsed expression. Truth is 1 and 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A number.
    Number(f64),
    /// A code, or a word such as `previous`, `head.national_filing`, `zjf07.exact`.
    Name(String),
    /// `- x`
    Minus(Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// Two sides and what joins them.
    Pair(Box<Expr>, Join, Box<Expr>),
}

/// What joins two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is its own sign")]
pub enum Join {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    Unequal,
    AtLeast,
    AtMost,
    Above,
    Below,
    And,
    Or,
    Implies,
    Same,
}

impl Expr {
    /// Reads an expression; the error says in Chinese what was not understood.
    pub fn parse(text: &str) -> Result<Expr, String> {
        let tokens = tokens(text)?;
        let mut reader = Reader { tokens: &tokens, at: 0 };
        let expr = reader.level(0)?;
        match reader.peek() {
            None => Ok(expr),
            Some(extra) => Err(format!("公式“{text}”在“{extra}”处无法理解")),
        }
    }

    /// The names it uses.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.collect(&mut names);
        names
    }

    fn collect<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Expr::Number(_) => {}
            Expr::Name(name) => {
                names.insert(name);
            }
            Expr::Minus(x) | Expr::Not(x) => x.collect(names),
            Expr::Pair(a, _, b) => {
                a.collect(names);
                b.collect(names);
            }
        }
    }

    /// Its value; `None` when a name in it is blank or a division by zero is met. `and`, `or` and `=>`
    /// stop at the first side that decides.
    pub fn value(&self, of: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        let truth = |b: bool| Some(f64::from(u8::from(b)));
        Some(match self {
            Expr::Number(n) => *n,
            Expr::Name(name) => of(name)?,
            Expr::Minus(x) => -x.value(of)?,
            Expr::Not(x) => return truth(x.value(of)? == 0.0),
            Expr::Pair(a, join, b) => {
                let left = a.value(of)?;
                match join {
                    Join::And if left == 0.0 => return truth(false),
                    Join::Or if left != 0.0 => return truth(true),
                    Join::Implies if left == 0.0 => return truth(true),
                    _ => {}
                }
                let right = b.value(of)?;
                match join {
                    Join::Add => left + right,
                    Join::Subtract => left - right,
                    Join::Multiply => left * right,
                    Join::Divide | Join::Remainder if right == 0.0 => return None,
                    Join::Divide => left / right,
                    Join::Remainder => left % right,
                    Join::Equal => return truth(left == right),
                    Join::Unequal => return truth(left != right),
                    Join::AtLeast => return truth(left >= right),
                    Join::AtMost => return truth(left <= right),
                    Join::Above => return truth(left > right),
                    Join::Below => return truth(left < right),
                    Join::And | Join::Or | Join::Implies => return truth(right != 0.0),
                    Join::Same => return truth((left != 0.0) == (right != 0.0)),
                }
            }
        })
    }
}

/// The joins of each level, loosest first.
const LEVELS: &[&[(&str, Join)]] = &[
    &[("=>", Join::Implies), ("<=>", Join::Same)],
    &[("or", Join::Or)],
    &[("and", Join::And)],
    &[
        ("=", Join::Equal),
        ("!=", Join::Unequal),
        (">=", Join::AtLeast),
        ("<=", Join::AtMost),
        (">", Join::Above),
        ("<", Join::Below),
    ],
    &[("+", Join::Add), ("-", Join::Subtract)],
    &[("*", Join::Multiply), ("/", Join::Divide), ("%", Join::Remainder)],
];

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn level(&mut self, level: usize) -> Result<Expr, String> {
        let Some(joins) = LEVELS.get(level) else { return self.single() };
        let mut left = self.level(level + 1)?;
        while let Some((_, join)) = joins.iter().find(|(sign, _)| Some(*sign) == self.peek()) {
            self.at += 1;
            left = Expr::Pair(Box::new(left), *join, Box::new(self.level(level + 1)?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Expr, String> {
        let Some(token) = self.peek().map(str::to_owned) else { return Err("公式不完整".into()) };
        self.at += 1;
        match token.as_str() {
            "not" => Ok(Expr::Not(Box::new(self.level(3)?))),
            "-" => Ok(Expr::Minus(Box::new(self.single()?))),
            "(" => {
                let inner = self.level(0)?;
                if self.peek() != Some(")") {
                    return Err("公式缺少右括号".into());
                }
                self.at += 1;
                Ok(inner)
            }
            _ => match token.parse::<f64>() {
                Ok(n) if token.starts_with(|c: char| c.is_ascii_digit()) => Ok(Expr::Number(n)),
                _ if token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => Ok(Expr::Name(token)),
                _ => Err(format!("公式在“{token}”处无法理解")),
            },
        }
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_whitespace() {
            at += 1;
        } else if c.is_ascii_alphanumeric() || c == '_' {
            let start = at;
            while at < chars.len() && (chars[at].is_ascii_alphanumeric() || chars[at] == '_' || chars[at] == '.') {
                at += 1;
            }
            tokens.push(chars[start..at].iter().collect());
        } else {
            let sign = ["<=>", "=>", ">=", "<=", "!=", "=", ">", "<", "+", "-", "*", "/", "%", "(", ")"]
                .into_iter()
                .find(|sign| chars[at..].iter().take(sign.len()).collect::<String>() == **sign);
            let Some(sign) = sign else { return Err(format!("公式“{text}”含有不认识的符号“{c}”")) };
            tokens.push(sign.to_owned());
            at += sign.len();
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let of = |name: &str| match name {
            "a" => Some(7.0),
            "b" => Some(2.0),
            "zero" | "head.yes" => Some(0.0),
            _ => None,
        };
        let got = match Expr::parse(text) {
            Ok(expr) => expr.value(&of).map_or("blank".to_owned(), |v| v.to_string()),
            Err(say) => say,
        };
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn expressions_compute() {
        check("a + b * 3", "13");
        check("(a + b) * 3 - 1", "26");
        check("a % b = 1 and not b > a", "1");
        check("zero > 0 => blank > 3", "1");
        check("b > 0 => blank > 3", "blank");
        check("zero = 0 <=> b = 0", "0");
        check("a / zero", "blank");
        check("a >= 7 or blank = 1", "1");
        check("-a + 8", "1");
        check("not zero = 1", "1");
    }

    #[test]
    fn what_is_no_expression_says_so() {
        check("a +", "公式不完整");
        check("(a", "公式缺少右括号");
        check("a ; b", "公式“a ; b”含有不认识的符号“;”");
        check("a b", "公式“a b”在“b”处无法理解");
        check("abs(a)", "公式“abs(a)”在“(”处无法理解");
    }
}
