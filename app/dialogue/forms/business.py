"""The preliminary form for owners of small firms and shops, version 1."""

from app.dialogue.forms.common import AGE_BAND, CREDIT_RECORD, REGION, SITUATION, TERM_CHOICES
from app.dialogue.schema import Choice, Form, Question

# Section letters of GB/T 4754-2017; only the sections in which small firms are found are offered,
# every other one is read from its plain words.
INDUSTRY = Question(
    key="industry",
    reader="choice",
    title="行业",
    why="不同行业的淡旺季和回款不一样，会影响估算",
    choices=(
        Choice("F", "批发零售、网店", ("手机", "数码", "花店", "鲜花", "建材", "外贸", "母婴",
            "烟酒", "茶叶", "化妆品", "文具", "批发", "零售", "网店", "超市", "便利店", "电商",
            "淘宝",
            "卖货", "小卖部", "服装店", "水果店", "商贸", "贸易", "卖衣服", "卖水果", "五金店",
            "药店")),
        Choice("H", "餐饮住宿", ("餐饮", "饭店", "餐馆", "餐厅", "奶茶", "小吃", "酒店", "民宿",
            "宾馆", "火锅", "烧烤", "面馆", "早餐", "外卖店")),
        Choice("C", "生产加工", ("家具厂", "模具", "制造", "加工", "工厂", "生产", "厂", "印刷",
            "食品厂", "服装厂")),
        Choice("E", "建筑装修", ("建筑", "装修", "工程", "施工", "装饰", "包工")),
        Choice("G", "运输快递", ("网约车", "滴滴", "出租车", "运输", "物流", "快递", "货运",
            "仓储", "车队", "拉货")),
        Choice("A", "农林牧渔", ("种菜", "大棚", "养鱼", "农业", "种植", "养殖", "种地", "农场",
            "渔业", "养猪", "养鸡",
            "果园", "合作社")),
        Choice("I", "软件和网络", ("软件", "互联网", "信息技术", "科技", "程序", "网络公司",
            "直播")),
        Choice("O", "居民服务、其他", ("汽修", "洗车", "打印", "宠物", "服务业", "美容", "美发",
            "理发", "维修", "修车", "家政",
            "洗衣", "干洗", "美甲", "其他", "其它", "别的", "摄影")),
        Choice("B", "采矿", ("采矿业", "矿"), offered=False),
        Choice("D", "水电燃气", ("电力", "供水", "燃气", "供热", "光伏"), offered=False),
        Choice("J", "金融", ("金融业", "保险", "典当"), offered=False),
        Choice("K", "房地产", ("房产", "中介", "物业", "租房"), offered=False),
        Choice("L", "租赁和商务服务", ("租赁", "商务服务", "广告", "咨询", "会计", "代理记账",
            "旅行社", "租车", "劳务"), offered=False),
        Choice("M", "科研和技术服务", ("科研", "技术服务", "设计", "检测", "测绘"), offered=False),
        Choice("N", "环保和公共设施", ("环保", "保洁", "绿化", "景区"), offered=False),
        Choice("P", "教育", ("培训", "幼儿园", "托管", "驾校", "培训班"), offered=False),
        Choice("Q", "医疗和养老", ("医疗", "诊所", "养老", "牙科", "卫生"), offered=False),
        Choice("R", "文化体育娱乐", ("文化", "体育", "娱乐", "健身", "网吧", "影视", "ktv",
            "棋牌"), offered=False),
    ),
)  # fmt: skip

HEADCOUNT = Question(
    key="headcount",
    reader="choice",
    title="人数",
    why="用来了解经营规模",
    measure="people",
    choices=(
        Choice(
            "h1",
            "就我一个",
            ("我自己", "自己", "一个人", "就我自己", "没有员工", "夫妻店"),
            at_least=0,
            below=2,
        ),
        Choice("h2_9", "2–9人", ("几个人", "两三个人", "几个"), at_least=2, below=10),
        Choice(
            "h10_49",
            "10–49人",
            ("十几个人", "二三十人", "十来个", "十几个", "几十人"),
            at_least=10,
            below=50,
        ),
        Choice("h50_plus", "50人以上", ("上百人", "一百多"), at_least=50, below=100_000),
    ),
)

PURPOSE = Question(
    key="purpose",
    reader="choice",
    title="借款用途",
    why="贷款用途要写进合同，有些用途按规定不能借",
    free="other",
    choices=(
        Choice(
            "working_capital",
            "日常周转",
            ("周转", "流动资金", "资金周转", "付货款", "货款", "垫资"),
        ),
        Choice("equipment", "买设备", ("设备", "机器", "买机器", "买车", "货车")),
        Choice("stock", "进货备货", ("进货", "备货", "囤货", "采购", "原材料")),
        Choice("shop", "开店装修", ("开店", "装修", "店面", "新店", "房租", "租金")),
        Choice("payroll", "发工资", ("工资", "员工工资", "社保")),
        Choice(
            "investment",
            "投资炒股",
            ("投资", "炒股", "股票", "基金", "理财", "期货", "虚拟币", "炒币", "入股", "赌"),
        ),
        Choice(
            "repay_other",
            "还别处的借款",
            (
                "还房贷",
                "还车贷",
                "还借款",
                "还欠款",
                "还账",
                "还款",
                "还债",
                "还贷",
                "还信用卡",
                "还网贷",
                "还银行",
                "还别的",
                "过桥",
                "以贷养贷",
                "还钱",
            ),
        ),
        Choice("other", "其他，打字告诉我", ("其他", "其它", "别的")),
    ),
    stops={"investment": "forbidden_purpose", "repay_other": "forbidden_purpose"},
)

AMOUNT = Question(
    key="amount_fen",
    reader="amount",
    title="想借的金额",
    why="估算的额度不会超过您想借的金额，也要看经营能不能负担",
    measure="yuan",
    choices=(
        Choice("to_5w", "5万以内", value=5_000_000),
        Choice("5_10w", "5–10万", value=10_000_000),
        Choice("10_30w", "10–30万", value=30_000_000),
        Choice("30_50w", "30–50万", value=50_000_000),
    ),
)

TERM = Question(
    key="term_months",
    reader="term",
    title="期限",
    why="期限决定每期要还多少",
    measure="months",
    shares_number_with="amount_fen",
    choices=TERM_CHOICES,
)

REVENUE_BAND = Question(
    key="revenue_band",
    reader="choice",
    title="每月营业额",
    why="用来估算经营上每月还得起多少；只问范围，不需要流水",
    measure="yuan",
    sensitive=True,
    choices=(
        Choice("lt_20k", "2万以下", ("没有收入", "没开张", "没有"), at_least=0, below=20_000),
        Choice("20_50k", "2–5万", at_least=20_000, below=50_000),
        Choice("50_100k", "5–10万", at_least=50_000, below=100_000),
        Choice("100_300k", "10–30万", at_least=100_000, below=300_000),
        Choice("300_1000k", "30–100万", at_least=300_000, below=1_000_000),
        Choice("gt_1000k", "100万以上", at_least=1_000_000, below=1_000_000_000),
    ),
)

FIRM_DEBT_BAND = Question(
    key="firm_debt_band",
    reader="choice",
    title="每月还款合计",
    why="已有的还款也要算进去，避免负担过重",
    measure="yuan",
    sensitive=True,
    choices=(
        Choice(
            "none",
            "没有",
            (
                "无贷款",
                "暂无",
                "没欠钱",
                "没有欠款",
                "无",
                "没",
                "没有贷款",
                "没贷款",
                "不用还",
                "没欠",
            ),
            at_least=0,
            below=1,
        ),
        Choice("lt_5k", "5千以内", at_least=1, below=5_000),
        Choice("5_20k", "5千–2万", at_least=5_000, below=20_000),
        Choice("20_50k", "2–5万", at_least=20_000, below=50_000),
        Choice("gt_50k", "5万以上", at_least=50_000, below=100_000_000),
    ),
)

BUSINESS_1 = Form(
    name="business",
    version=1,
    questions=(
        AGE_BAND, SITUATION, REGION, INDUSTRY, HEADCOUNT, PURPOSE, AMOUNT, TERM,
        REVENUE_BAND, FIRM_DEBT_BAND, CREDIT_RECORD,
    ),
)  # fmt: skip
