//! Every kind of record and every field, said once. Fields and the forms they feed: domain.md G.2 to
//! G.6; names are the field's own terms. Adding a field here needs a migration beside it (a test
//! compares the two) and nothing else.

use super::Type::{
    Bool, Choice, CreditCode, Date, Decimal, Email, Int, Long, Money, Month, Owner, Phone, Postcode, Ref, Refs,
    System, Text, Year,
};
use super::{Field, Kind, List, Rule, Stage, Type};

const fn f(name: &'static str, label: &'static str, ty: Type) -> Field {
    Field::new(name, label, ty)
}
const fn yuan(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Money).unit("元")
}
const fn people(name: &'static str, label: &'static str) -> Field {
    Field::new(name, label, Int).unit("人")
}
const NOTE: Field = f("note", "备注", Long).alias(&["说明", "备注说明"]);

const BLANK: Kind = Kind {
    name: "", label: "", fields: &[], title: &[], span: None, dated: None, keys: &[], rules: &[], internal: false,
};

/// The lists of teams and of enterprises: both show tenants.
pub static LISTS: &[&List] = &[
    &List {
        name: "team",
        label: "创业团队",
        of: "tenant",
        stage: Stage::Team,
        fields: &[
            "name", "leader_name", "leader_phone", "leader_trait", "serial_founder", "gender", "project",
            "tech_area", "core_tech", "is_tech", "moved_in_on", "registered_on", "credit_code", "note",
        ],
        labels: &[("name", "团队名称"), ("leader_name", "团队负责人")],
        required: &["moved_in_on"],
    },
    &List {
        name: "enterprise",
        label: "初创企业",
        of: "tenant",
        stage: Stage::Enterprise,
        fields: &[
            "name", "credit_code", "legal_person", "registered_on", "reg_capital", "reg_type", "industry_code",
            "taxpayer_kind", "leader_name", "leader_phone", "leader_trait", "serial_founder", "gender", "project",
            "tech_area", "core_tech", "is_tech", "is_hightech", "hightech_no", "hightech_until", "is_tech_sme",
            "tech_sme_no", "tech_sme_until", "is_innovative_sme", "is_specialised", "is_giant", "is_listed",
            "is_overseas", "origin_team", "moved_in_on", "note",
        ],
        labels: &[("name", "企业名称"), ("leader_name", "企业负责人")],
        required: &["moved_in_on", "registered_on"],
    },
];

/// 企业所属技术领域, Torch list of 2018 and 2025 (domain.md C.4).
const TECH_AREAS: &[&str] = &[
    "电子信息", "先进制造", "航空航天", "现代交通", "生物医药与医疗器械", "新材料", "新能源与节能", "环境保护",
    "地球、空间与海洋", "核应用技术", "现代农业", "文化创意",
];
/// 负责人创业特征 (C.4).
const LEADER_TRAITS: &[&str] =
    &["大学生创业", "留学归国人员", "高校科研院所人员", "大企业离职人员", "机关事业单位离职人员", "其它"];
/// 登记注册类型, 25 codes (C.4).
const REG_TYPES: &[&str] = &[
    "110.国有", "120.集体", "130.股份合作", "141.国有联营", "142.集体联营", "143.国有与集体联营", "149.其他联营",
    "151.国有独资公司", "159.其他有限责任公司", "160.股份有限公司", "171.私营独资", "172.私营合伙",
    "173.私营有限责任", "174.私营股份有限", "190.其他", "210.港澳台合资", "220.港澳台合作", "230.港澳台独资",
    "240.港澳台股份", "290.港澳台其他", "310.外商合资", "320.外商合作", "330.外资企业", "340.外商股份",
    "390.外商其他",
];
const EDUCATION: &[&str] = &["博士", "硕士", "本科", "大专", "高中及以下"];

/// All kinds, in the order of their tables in a ledger.
pub static KINDS: &[&Kind] = &[
    &Kind {
        name: "space",
        label: "众创空间",
        fields: &[
            f("valid_from", "生效日期", Date).help("从哪一天起按这一条填表；留空为一直有效。名称、地址等变更时新增一条，往期报表不变"),
            f("name", "众创空间名称", Text).required().alias(&["名称", "载体名称", "空间名称"]),
            f("kind", "众创空间类型", Choice(&["综合", "专业化"])),
            f("speciality", "专业化方向", Text),
            f("speciality_platform", "专业化平台", Text),
            f("founded_on", "成立时间", Date).alias(&["创办时间", "成立日期"]),
            f("operating_since", "实际运营时间", Date).alias(&["开始运营日期"]),
            f("region", "所属地区", Text).alias(&["地区"]),
            f("address", "综合填报单位地址", Text).alias(&["地址", "运营场所地址"]),
            f("postal_address", "通讯地址", Text),
            f("postcode", "邮编", Postcode).alias(&["邮政编码"]),
            f("on_campus", "是否在高校内", Bool),
            f("public_platform", "公共信息交互平台", Text),
            f("online_service", "线上服务方式", Long),
            f("national_filing", "国家备案", Bool).alias(&["是否国家备案"]),
            f("national_batch", "国家备案批次", Text),
            f("national_document", "国家备案文号", Text),
            f("national_on", "国家备案日期", Date),
            f("provincial_document", "省级认定文号", Text),
            f("provincial_on", "省级认定日期", Date),
            f("provincial_until", "省级认定有效期至", Date),
            f("in_hightech_zone", "是否在国家高新区", Bool),
            f("hightech_zone", "所在高新区名称", Text),
            f("in_incubator", "是否在国家级科技企业孵化器或大学科技园", Bool),
            f("incubator", "所在孵化器或大学科技园名称", Text),
            f("orientation", "服务对象", Choice(&["以服务创客为主", "以服务团队为主"])),
            f("industry_area", "服务领域", Text),
            f("recommender", "推荐部门", Text).alias(&["推荐单位", "组织推荐单位"]),
            NOTE,
        ],
        title: &["name"],
        dated: Some("valid_from"),
        keys: &[&["name", "valid_from"]],
        rules: &[Rule::Order("provincial_on", "provincial_until")],
        ..BLANK
    },
    &Kind {
        name: "operator",
        label: "运营主体",
        fields: &[
            f("valid_from", "生效日期", Date),
            f("name", "运营主体名称", Text).required().alias(&["运营单位名称", "运营机构名称", "运营管理主体", "运营单位"]),
            f("credit_code", "统一社会信用代码", CreditCode).alias(&["社会统一信用代码", "信用代码"]),
            f("licence_no", "法人证书号", Text),
            f("org_nature", "机构性质", Choice(&["事业单位", "国有企业", "民营企业", "其他"])),
            f("founded_on", "成立日期", Date),
            f("legal_person", "法定代表人", Text).alias(&["运营主体法人", "法人代表"]),
            f("capital_structure", "股本构成", Long),
            f("registered_address", "注册地址", Text),
            f("region", "所属地区", Text),
            NOTE,
        ],
        title: &["name"],
        dated: Some("valid_from"),
        keys: &[&["credit_code", "valid_from"], &["name", "valid_from"]],
        ..BLANK
    },
    &Kind {
        name: "contact",
        label: "联系人",
        fields: &[
            f("role", "角色", Choice(&["负责人", "联系人", "填报人", "统计负责人", "法人"])).required(),
            f("name", "姓名", Text).required(),
            f("office_phone", "办公电话", Phone).alias(&["电话", "联系电话"]),
            f("mobile", "手机", Phone).alias(&["手机号", "移动电话"]),
            f("email", "电子邮件", Email).alias(&["邮箱", "电子邮箱"]),
            f("fax", "传真", Phone),
            f("valid_from", "任职起", Date),
            f("valid_to", "任职止", Date),
            NOTE,
        ],
        title: &["role", "name"],
        span: Some(("valid_from", "valid_to")),
        dated: Some("valid_from"),
        keys: &[&["role", "name"]],
        rules: &[Rule::Order("valid_from", "valid_to")],
        ..BLANK
    },
    &Kind {
        name: "site",
        label: "场地",
        fields: &[
            f("valid_from", "生效日期", Date),
            f("source", "场地来源", Choice(&["自有", "租赁"])),
            f("total_area", "场地面积", Decimal).unit("m²").alias(&["总面积"]),
            f("service_area", "服务场地面积", Decimal).unit("m²"),
            f("public_area", "公共区域面积", Decimal).unit("m²").alias(&["公共服务场地面积"]),
            f("desk_area", "工位面积", Decimal).unit("m²"),
            f("tenant_area", "入驻团队企业使用面积", Decimal).unit("m²"),
            f("lease_from", "租赁起", Date),
            f("lease_until", "租赁止", Date),
            yuan("rent_per_m2", "标准租金(每平方米每月)"),
            yuan("rent_per_desk", "标准租金(每工位每月)"),
            NOTE,
        ],
        title: &["source", "valid_from"],
        dated: Some("valid_from"),
        keys: &[&["valid_from"]],
        rules: &[
            Rule::Order("lease_from", "lease_until"),
            Rule::AtMost("service_area", "total_area"),
            Rule::AtMost("public_area", "total_area"),
        ],
        ..BLANK
    },
    &Kind {
        name: "desks",
        label: "工位",
        fields: &[
            f("as_of", "日期", Date).required().alias(&["统计日期"]),
            f("total", "提供工位数", Int).unit("个").alias(&["工位总数", "工位数"]),
            f("open", "开放区域工位数", Int).unit("个"),
            f("taken", "已入驻工位数", Int).unit("个"),
            NOTE,
        ],
        title: &["as_of"],
        dated: Some("as_of"),
        keys: &[&["as_of"]],
        rules: &[Rule::AtMost("open", "total"), Rule::AtMost("taken", "total")],
        ..BLANK
    },
    &Kind {
        name: "facility",
        label: "设施设备",
        fields: &[
            f("kind", "类别", Choice(&["水电暖", "通讯", "网络", "会议", "报告", "培训", "展示", "餐饮", "设备", "其他"])),
            f("name", "名称", Text).required().alias(&["设施名称", "设备名称"]),
            f("description", "说明", Long),
            yuan("original_value", "原值"),
            f("acquired_on", "购置日期", Date),
            f("retired_on", "停用日期", Date),
            NOTE,
        ],
        title: &["name"],
        span: Some(("acquired_on", "retired_on")),
        keys: &[&["name", "kind"]],
        rules: &[Rule::Order("acquired_on", "retired_on")],
        ..BLANK
    },
    &Kind {
        name: "staff",
        label: "服务人员",
        fields: &[
            f("name", "姓名", Text).required(),
            f("post", "岗位", Text).alias(&["职务", "岗位职务"]),
            f("full_time", "是否专职", Bool).alias(&["专职"]),
            f("education", "学历", Choice(EDUCATION)),
            f("major", "专业", Text),
            f("birth_year", "出生年份", Year),
            f("professional", "是否专业服务人员", Bool),
            f("certificates", "培训或资格证书", Long).alias(&["证书"]),
            f("joined_on", "入职日期", Date),
            f("left_on", "离职日期", Date),
            NOTE,
        ],
        title: &["name"],
        span: Some(("joined_on", "left_on")),
        keys: &[&["name", "joined_on"], &["name"]],
        rules: &[Rule::Order("joined_on", "left_on")],
        ..BLANK
    },
    &Kind {
        name: "provider",
        label: "服务机构",
        fields: &[
            f("name", "机构名称", Text).required(),
            f("kind", "服务类别", Choice(&[
                "研发设计", "科技中介", "金融服务", "成果交易", "认证检测", "创业孵化", "知识产权", "财务", "咨询",
                "技术转移", "政策", "法务", "其他",
            ])),
            f("signed_from", "签约起", Date),
            f("signed_until", "签约止", Date),
            f("services", "服务内容", Long),
            NOTE,
        ],
        title: &["name"],
        span: Some(("signed_from", "signed_until")),
        keys: &[&["name", "signed_from"], &["name"]],
        rules: &[Rule::Order("signed_from", "signed_until")],
        ..BLANK
    },
    &Kind {
        name: "fund",
        label: "孵化资金",
        fields: &[
            f("name", "资金名称", Text).required().alias(&["基金名称"]),
            f("kind", "类别", Choice(&["种子", "天使", "创业投资", "合作", "其他"])),
            f("own", "是否自有或合作设立", Bool),
            yuan("size", "规模"),
            f("founded_on", "设立日期", Date),
            f("closed_on", "终止日期", Date),
            NOTE,
        ],
        title: &["name"],
        span: Some(("founded_on", "closed_on")),
        keys: &[&["name"]],
        rules: &[Rule::Order("founded_on", "closed_on")],
        ..BLANK
    },
    &Kind {
        name: "tenant",
        label: "入驻对象",
        fields: &[
            f("name", "名称", Text).required().alias(&[
                "团队名称", "企业名称", "项目名称", "创业团队", "创业团队名称", "公司名称", "团队(项目)名称", "单位名称",
            ]),
            f("entered_as", "登记为", Choice(&["创业团队", "初创企业"])).required().alias(&["类型", "类别"])
                .help("登记时的类别。填了注册日期的，自注册之日起按初创企业统计，之前按创业团队统计"),
            f("leader_name", "负责人", Text).alias(&["团队负责人", "创始人", "创始人姓名", "项目负责人", "企业负责人"]),
            f("leader_phone", "联系电话", Phone).alias(&["负责人电话", "手机", "联系方式", "电话"]),
            f("leader_trait", "创业特征", Choice(LEADER_TRAITS)).alias(&["负责人创业特征", "创业者类型"]),
            f("serial_founder", "是否连续创业者", Bool).alias(&["连续创业者"]),
            f("gender", "负责人性别", Choice(&["男", "女"])).alias(&["性别"]),
            f("project", "创业项目或产品", Text).alias(&["创业项目", "项目简介", "主营业务", "创业方向(产品)"]),
            f("tech_area", "技术领域", Choice(TECH_AREAS)).alias(&["企业所属技术领域", "所属领域", "所属技术领域"]),
            f("core_tech", "核心技术领域代码", Text)
                .help("《国家重点支持的高新技术领域》六位代码，如 010101；没有核心技术填 000000"),
            f("industry_code", "行业代码", Text).alias(&["行业分类代码", "行业类别"]).help("GB/T 4754-2017 四位小类代码"),
            f("is_tech", "是否科技类", Bool),
            f("reg_type", "登记注册类型", Choice(REG_TYPES)).alias(&["企业登记注册类型"]),
            f("credit_code", "统一社会信用代码", CreditCode).alias(&["信用代码", "社会信用代码", "法人代码"]),
            f("registered_on", "注册日期", Date).alias(&["注册时间", "企业成立时间", "成立日期", "工商注册时间"])
                .help("营业执照上的成立日期。自这一天起按初创企业统计(一个入驻对象只计一次，我们的口径)"),
            yuan("reg_capital", "注册资本").alias(&["注册资金", "企业成立时注册资本"]),
            f("legal_person", "法定代表人", Text).alias(&["法人", "法人代表"]),
            f("taxpayer_kind", "纳税人类型", Choice(&["一般纳税人", "小规模纳税人"])),
            f("is_hightech", "是否高新技术企业", Bool).alias(&["高新技术企业", "高企"]),
            f("hightech_no", "高企证书编号", Text),
            f("hightech_until", "高企有效期至", Date),
            f("is_tech_sme", "是否科技型中小企业", Bool).alias(&["科技型中小企业"]),
            f("tech_sme_no", "科技型中小企业入库编号", Text).alias(&["入库登记编码"]),
            f("tech_sme_until", "科技型中小企业有效期至", Date),
            f("is_innovative_sme", "是否创新型中小企业", Bool),
            f("is_specialised", "是否专精特新中小企业", Bool),
            f("is_giant", "是否专精特新“小巨人”", Bool),
            f("is_listed", "是否上市(挂牌)", Bool),
            f("is_overseas", "是否海外项目", Bool),
            f("origin_team", "由哪个团队转化", Ref("tenant")),
            f("moved_in_on", "入驻日期", Date).alias(&["入驻时间", "进驻时间", "企业入驻时间", "入孵时间"])
                .help("正式入驻的日期(2018 年火炬指标解释)；入驻之日起计入“服务的”数量"),
            NOTE,
        ],
        title: &["name"],
        span: Some(("moved_in_on", "left_on")),
        keys: &[&["credit_code"], &["name"]],
        rules: &[],
        ..BLANK
    },
    &Kind {
        name: "agreement",
        label: "入驻协议",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).required().alias(&["名称", "团队名称", "企业名称"]),
            f("number", "协议编号", Text),
            f("signed_on", "签订日期", Date),
            f("start_on", "起始日期", Date).alias(&["协议起", "开始日期"]),
            f("end_on", "终止日期", Date).alias(&["协议止", "到期日期", "结束日期"]),
            f("area", "使用面积", Decimal).unit("m²").alias(&["占用面积", "面积"]),
            f("desks", "工位数", Int).unit("个").alias(&["工位"]),
            f("room", "房间号", Text),
            NOTE,
        ],
        title: &["tenant", "number"],
        span: Some(("start_on", "end_on")),
        dated: Some("start_on"),
        keys: &[&["tenant", "number"], &["tenant", "start_on"]],
        rules: &[Rule::Order("start_on", "end_on"), Rule::Order("signed_on", "end_on")],
        ..BLANK
    },
    &Kind {
        name: "snapshot",
        label: "季度数据",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).required().alias(&["名称", "团队名称", "企业名称"]),
            f("as_of", "统计日期", Date).required().alias(&["日期", "截止日期"]),
            people("headcount", "人数").alias(&["人员数量", "团队人数", "从业人数", "从业人员"]),
            people("fresh_graduates", "新吸纳应届大学毕业生").alias(&["应届大学毕业生", "其中应届", "应届毕业生"])
                .help("上次统计之后新吸纳的当年毕业、大专以上学历人员(流量，不是存量)；应届的口径官方未说明，默认毕业年份等于报告年份"),
            people("doctors", "博士"),
            people("college", "大专以上"),
            people("returnees", "留学人员"),
            people("interns", "实习生"),
            f("period_from", "营收等数据起始日期", Date),
            yuan("revenue", "总收入").alias(&["营业收入", "营收"]),
            yuan("profit", "净利润").signed(),
            yuan("exports", "出口总额"),
            yuan("rnd", "R&D经费支出").alias(&["研发投入", "研发经费"]),
            yuan("tax", "实际上缴税费").alias(&["纳税额"]),
            NOTE,
        ],
        title: &["tenant", "as_of"],
        dated: Some("as_of"),
        keys: &[&["tenant", "as_of"]],
        rules: &[
            Rule::Order("period_from", "as_of"),
            Rule::AtMost("doctors", "headcount"),
            Rule::AtMost("college", "headcount"),
        ],
        ..BLANK
    },
    &Kind {
        name: "member",
        label: "成员",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).required().alias(&["团队名称", "企业名称", "所属团队", "所属企业"]),
            f("name", "姓名", Text).required().alias(&["成员姓名"]),
            f("gender", "性别", Choice(&["男", "女"])),
            f("in_school", "是否在校生", Bool),
            f("school", "院校", Text).alias(&["毕业院校", "学校"]),
            f("major", "专业", Text),
            f("education", "学历", Choice(EDUCATION)),
            f("graduation_year", "毕业年份", Year),
            f("is_fresh", "是否应届", Bool).help("留空则按毕业年份是否等于报告年份判断"),
            f("is_returnee", "是否留学人员", Bool),
            f("phone", "联系电话", Phone),
            f("joined_on", "加入日期", Date),
            f("left_on", "离开日期", Date),
            NOTE,
        ],
        title: &["name", "tenant"],
        span: Some(("joined_on", "left_on")),
        keys: &[&["tenant", "name"]],
        rules: &[Rule::Order("joined_on", "left_on")],
        ..BLANK
    },
    &Kind {
        name: "exit",
        label: "毕业与退出",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).required().alias(&["名称", "团队名称", "企业名称"]),
            f("kind", "类别", Choice(&["毕业", "退出", "迁出", "注销"])).required(),
            f("on", "日期", Date).required().alias(&["毕业日期", "退出日期", "毕业时间"])
                .help("在孵的最后一天：这一天及之前仍计入“服务的”数量"),
            f("destination", "去向", Text).alias(&["毕业去向"]),
            f("current_state", "现状", Text),
            f("follow_up", "跟踪服务", Long),
            NOTE,
        ],
        title: &["tenant", "kind", "on"],
        dated: Some("on"),
        keys: &[&["tenant", "on"]],
        ..BLANK
    },
    &Kind {
        name: "rent_relief",
        label: "减免房租",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).required().alias(&["名称", "团队名称", "企业名称"]),
            f("month", "月份", Month).required(),
            yuan("standard", "标准租金").alias(&["应收租金"]),
            yuan("charged", "实收租金"),
            yuan("waived", "减免金额").alias(&["减免房租", "减免租金"])
                .help("留空时按“标准租金－实收租金”计算"),
            f("basis", "减免依据", Text),
            NOTE,
        ],
        title: &["tenant", "month"],
        dated: Some("month"),
        keys: &[&["tenant", "month"]],
        rules: &[Rule::AtMost("charged", "standard"), Rule::AtMost("waived", "standard")],
        ..BLANK
    },
    &Kind {
        name: "income",
        label: "收入",
        fields: &[
            f("received_on", "到账日期", Date).required().alias(&["日期", "收款日期"])
                .help("财政补贴按到账日期计(官方未说明按批准还是到账，默认到账)"),
            f("line", "收入类别", Choice(&["服务收入", "物业收入", "投资收入", "财政补贴", "其他"])).required()
                .alias(&["类别"]).help("房租、工位费、物业费属物业收入，不属服务收入"),
            yuan("amount", "金额").required().signed(),
            f("payer", "付款方", Text).alias(&["来源"]),
            f("description", "摘要", Text).alias(&["内容"]),
            f("voucher", "凭证号", Text),
            NOTE,
        ],
        title: &["received_on", "line", "description"],
        dated: Some("received_on"),
        keys: &[&["voucher", "received_on"]],
        rules: &[Rule::NegativeOnly("amount", "line", "投资收入")],
        ..BLANK
    },
    &Kind {
        name: "cost",
        label: "支出",
        fields: &[
            f("paid_on", "支出日期", Date).required().alias(&["日期"]),
            f("kind", "支出类别", Choice(&["人员", "场地", "管理", "活动", "其他"])).required().alias(&["类别"]),
            yuan("amount", "金额").required(),
            f("description", "摘要", Text).alias(&["内容"]),
            f("voucher", "凭证号", Text),
            NOTE,
        ],
        title: &["paid_on", "kind", "description"],
        dated: Some("paid_on"),
        keys: &[&["voucher", "paid_on"]],
        ..BLANK
    },
    &Kind {
        name: "tax_relief",
        label: "免税",
        fields: &[
            f("on", "免税所属期末", Date).required().alias(&["日期", "所属期"]),
            f("tax", "税种", Choice(&["房产税", "城镇土地使用税", "增值税"])).required(),
            yuan("amount", "免税金额").required().alias(&["金额"]),
            NOTE,
        ],
        title: &["on", "tax"],
        dated: Some("on"),
        keys: &[&["on", "tax"]],
        ..BLANK
    },
    &Kind {
        name: "financing",
        label: "投融资",
        fields: &[
            f("tenant", "获投方", Ref("tenant")).required().alias(&["入驻对象", "名称", "团队名称", "企业名称"]),
            f("on", "日期", Date).required().alias(&["获投日期", "到账日期"]),
            f("kind", "融资方式", Choice(&[
                "天使投资", "风险投资", "银行贷款", "股票筹资", "债券融资", "融资租赁", "股权众筹", "知识产权抵押",
                "股权质押", "其他",
            ])).help("含银行贷款；奖励和补助不计入(江苏备案说明及 2025 年在孵企业表，他表口径)"),
            f("investor", "投资(借贷)人", Text).alias(&["投资方", "投资机构"]),
            yuan("amount", "金额").required().alias(&["融资金额", "投资金额"]),
            f("share", "股比(%)", Decimal),
            f("own_fund", "是否自有基金", Bool),
            NOTE,
        ],
        title: &["tenant", "on", "investor"],
        dated: Some("on"),
        keys: &[&["tenant", "on", "investor"], &["tenant", "on", "amount"]],
        ..BLANK
    },
    &Kind {
        name: "investment",
        label: "基金投资",
        fields: &[
            f("fund", "孵化资金", Ref("fund")).required().alias(&["基金名称", "资金名称"]),
            f("tenant", "被投对象", Ref("tenant")).required().alias(&["入驻对象", "团队名称", "企业名称"]),
            f("on", "日期", Date).required(),
            yuan("amount", "金额").required(),
            f("share", "股比(%)", Decimal),
            NOTE,
        ],
        title: &["fund", "tenant", "on"],
        dated: Some("on"),
        keys: &[&["fund", "tenant", "on"]],
        ..BLANK
    },
    &Kind {
        name: "ip",
        label: "知识产权",
        fields: &[
            f("tenant", "权利人", Ref("tenant")).required().alias(&["入驻对象", "团队名称", "企业名称"]),
            f("kind", "类别", Choice(&[
                "发明专利", "实用新型", "外观设计", "软件著作权", "集成电路布图", "植物新品种", "商标", "作品著作权",
                "技术秘密",
            ])).required(),
            f("title", "名称", Text).required().alias(&["知识产权名称", "专利名称"]),
            f("number", "编号", Text).alias(&["专利号", "登记号", "证书号"]),
            f("applied_on", "申请日期", Date),
            f("granted_on", "授权日期", Date),
            f("expires_on", "失效日期", Date),
            NOTE,
        ],
        title: &["title", "kind"],
        span: Some(("granted_on", "expires_on")),
        keys: &[&["number"], &["tenant", "title"]],
        rules: &[Rule::Order("applied_on", "granted_on"), Rule::Order("granted_on", "expires_on")],
        ..BLANK
    },
    &Kind {
        name: "award",
        label: "获奖",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).alias(&["团队名称", "企业名称"]),
            f("name", "赛事或奖项名称", Text).required(),
            f("level", "级别", Choice(&["国家级", "省级", "市级", "校级", "其他"])),
            f("prize", "所获奖项", Text),
            f("on", "日期", Date),
            yuan("amount", "奖金"),
            NOTE,
        ],
        title: &["name", "prize"],
        dated: Some("on"),
        keys: &[&["tenant", "name", "on"], &["name", "on"]],
        ..BLANK
    },
    &Kind {
        name: "project",
        label: "承担项目",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).alias(&["团队名称", "企业名称"]),
            f("name", "项目名称", Text).required(),
            f("level", "级别", Choice(&["国家级", "省级", "市级", "其他"])),
            f("start_on", "开始日期", Date),
            f("end_on", "结束日期", Date),
            yuan("amount", "经费"),
            NOTE,
        ],
        title: &["name"],
        span: Some(("start_on", "end_on")),
        keys: &[&["tenant", "name"], &["name"]],
        rules: &[Rule::Order("start_on", "end_on")],
        ..BLANK
    },
    &Kind {
        name: "contract",
        label: "技术合同",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).alias(&["团队名称", "企业名称"]),
            f("name", "合同名称", Text).required(),
            f("kind", "类别", Choice(&["开发", "转让", "咨询", "服务"])),
            f("on", "登记日期", Date).help("只填在科技或商务部门登记的合同；政府资助合同不算(2018 年火炬指标解释)"),
            yuan("amount", "成交额"),
            NOTE,
        ],
        title: &["name"],
        dated: Some("on"),
        keys: &[&["tenant", "name"], &["name"]],
        ..BLANK
    },
    &Kind {
        name: "mentor",
        label: "创业导师",
        fields: &[
            f("name", "姓名", Text).required().alias(&["导师姓名"]),
            f("employer", "工作单位", Text).alias(&["单位"]),
            f("title", "职务职称", Text).alias(&["职务", "职称", "单位及职务"]),
            f("kind", "类别", Choice(&["成功企业家", "天使投资人", "技术专家", "管理咨询专家", "高校院所专家", "其他专业人士"])),
            f("full_time", "是否专职", Bool),
            f("field", "专业领域", Text).alias(&["擅长领域"]),
            f("phone", "联系电话", Phone).alias(&["联系方式", "电话"]),
            f("email", "电子邮件", Email),
            f("from", "聘期起", Date).alias(&["聘任日期", "聘任时间"]),
            f("until", "聘期止", Date),
            NOTE,
        ],
        title: &["name"],
        span: Some(("from", "until")),
        keys: &[&["name", "employer"], &["name"]],
        rules: &[Rule::Order("from", "until")],
        ..BLANK
    },
    &Kind {
        name: "session",
        label: "辅导记录",
        fields: &[
            f("mentor", "导师", Ref("mentor")).required().alias(&["导师姓名"]),
            f("on", "日期", Date).required().alias(&["辅导日期"]),
            f("hours", "时长", Decimal).unit("小时"),
            f("form", "辅导方式", Text),
            f("tenants", "辅导对象", Refs("tenant")),
            f("content", "辅导内容", Long),
            NOTE,
        ],
        title: &["mentor", "on"],
        dated: Some("on"),
        keys: &[&["mentor", "on"]],
        ..BLANK
    },
    &Kind {
        name: "event",
        label: "活动",
        fields: &[
            f("on", "日期", Date).required().alias(&["活动日期", "活动时间", "时间"]),
            f("end_on", "结束日期", Date),
            f("name", "活动名称", Text).required().alias(&["名称", "主题", "活动主题", "名称或主题"]),
            f("kind", "活动类型", Choice(&[
                "创业沙龙", "创业讲堂", "创业训练营", "项目路演", "创业大赛", "创业教育培训", "资源对接", "其他",
            ])).alias(&["类型"]),
            f("place", "地点", Text).alias(&["活动地点", "具体地点"]),
            f("online", "线上线下", Choice(&["线下", "线上", "线上线下结合"])),
            f("host_role", "主办或协办", Choice(&["主办", "承办", "协办", "联合主办"])),
            f("organiser", "主办单位", Text),
            f("sessions", "场次", Int).unit("场次").default("1"),
            people("attendees", "参加人数").alias(&["参与人数", "人数"]),
            f("responsible", "负责人", Text).alias(&["组织负责人"]),
            f("counted", "是否计入", Bool).default("是").help("填“否”的活动不计入季报的活动场次"),
            f("summary", "活动小结", Long),
            NOTE,
        ],
        title: &["on", "name"],
        dated: Some("on"),
        keys: &[&["on", "name"]],
        rules: &[Rule::Order("on", "end_on")],
        ..BLANK
    },
    &Kind {
        name: "proof",
        label: "佐证材料",
        fields: &[
            f("owner", "所属记录", Owner).required(),
            f("role", "材料类别", Choice(&[
                "活动通知", "截图", "签到表", "照片", "报道", "活动方案", "费用凭证", "协议", "营业执照", "聘书", "服务记录",
                "凭证", "毕业证", "资格证书", "资金文件", "存款证明", "产权证明", "租赁合同", "制度文件", "法人证书",
                "批准文件", "财务报表", "盖章扫描件", "其他",
            ])).required(),
            f("name", "文件名", Text).required(),
            f("sha256", "内容校验值", System).required(),
            f("size", "大小", Int).unit("字节"),
            f("taken_on", "形成日期", Date),
            f("pages", "页数", Int).unit("页"),
            NOTE,
        ],
        title: &["role", "name"],
        ..BLANK
    },
    &Kind {
        name: "case_story",
        label: "孵化案例",
        fields: &[
            f("tenant", "入驻对象", Ref("tenant")).alias(&["团队名称", "企业名称"]),
            f("year", "年度", Year),
            f("title", "标题", Text).required(),
            f("service", "提供的服务", Long),
            f("solved", "解决的问题", Long),
            f("text", "正文", Long),
            NOTE,
        ],
        title: &["title"],
        keys: &[&["title", "year"]],
        ..BLANK
    },
    &Kind {
        name: "text_block",
        label: "文字材料",
        fields: &[
            f("form", "表格", Text).required(),
            f("cell", "栏目", Text).required(),
            f("text", "内容", Long),
            NOTE,
        ],
        title: &["form", "cell"],
        keys: &[&["form", "cell"]],
        ..BLANK
    },
    &Kind {
        name: "platform",
        label: "平台与荣誉",
        fields: &[
            f("name", "平台名称", Text).required(),
            f("approved", "立项时间", Month),
            f("completed", "建成时间", Month).help("留空打印“在建”"),
            f("body", "批准单位", Text),
            f("document_title", "批准文件", Text),
            f("document_no", "文号", Text),
            NOTE,
        ],
        title: &["name"],
        dated: Some("approved"),
        keys: &[&["name"]],
        rules: &[Rule::Order("approved", "completed")],
        ..BLANK
    },
    &Kind {
        name: "evaluation",
        label: "绩效评价",
        fields: &[
            f("year", "年度", Year).required(),
            f("level", "级别", Choice(&["国家级", "省级", "市级"])),
            f("grade", "等级", Choice(&["A", "B", "C", "D"])).required(),
            f("document_no", "文号", Text),
            f("rectify_by", "整改期限", Date),
            NOTE,
        ],
        title: &["year", "grade"],
        keys: &[&["year", "level"]],
        ..BLANK
    },
    &Kind {
        name: "target",
        label: "目标任务",
        fields: &[
            f("name", "目标", Text).required(),
            f("figure", "对应指标", Text),
            f("value", "目标值", Decimal),
            f("unit", "单位", Text),
            f("from", "起始日期", Date),
            f("until", "截止日期", Date),
            f("responsible", "责任人", Text).alias(&["责任单位"]),
            f("source", "来源文件", Text),
            NOTE,
        ],
        title: &["name"],
        span: Some(("from", "until")),
        keys: &[&["name", "until"]],
        rules: &[Rule::Order("from", "until")],
        ..BLANK
    },
    // What the program itself keeps about filings.
    &Kind {
        name: "filing",
        label: "填报",
        fields: &[
            f("form", "表格", System).required(),
            f("period", "报告期", System).required(),
            f("basis", "口径", System),
            f("cutoff", "数据截止日", Date),
            f("due_on", "报送期限", Date),
            f("reported_on", "报出日期", Date),
        ],
        title: &["form", "period"],
        keys: &[&["form", "period"]],
        internal: true,
        ..BLANK
    },
    &Kind {
        name: "override_value",
        label: "手工值",
        fields: &[
            f("form", "表格", System).required(),
            f("period", "报告期", System).required(),
            f("code", "代码", System).required(),
            f("value", "数值", Int).required().signed().help("以表格的计量单位为单位"),
            f("reason", "理由", Text).required(),
        ],
        title: &["form", "period", "code"],
        keys: &[&["form", "period", "code"]],
        internal: true,
        ..BLANK
    },
    &Kind {
        name: "explanation",
        label: "警示说明",
        fields: &[
            f("form", "表格", System).required(),
            f("period", "报告期", System).required(),
            f("rule", "规则", System).required(),
            f("reason", "说明", Text).required(),
        ],
        title: &["form", "period", "rule"],
        keys: &[&["form", "period", "rule"]],
        internal: true,
        ..BLANK
    },
    &Kind {
        name: "seal",
        label: "上报封存",
        fields: &[
            f("form", "表格", System).required(),
            f("period", "报告期", System).required(),
            f("sealed_at", "封存时间", System).required(),
            f("frozen", "封存内容", System).required(),
            f("edition", "表格文件", System).required(),
            f("workbook", "工作簿校验值", System).required(),
            f("unsealed_at", "解封时间", System),
            f("unseal_reason", "解封理由", Text),
        ],
        title: &["form", "period"],
        dated: None,
        internal: true,
        ..BLANK
    },
];
