"""The first questions, the same for everybody: what decides whether we may serve at all."""

from app.dialogue.schema import Choice, Question

AGE_BAND = Question(
    key="age_band",
    reader="choice",
    title="年龄段",
    why="法律不允许向未成年人提供贷款，所以先确认年龄段；只问范围，不问生日",
    measure="age",
    choices=(
        Choice("18_24", "18–24", ("18到24",), at_least=18, below=25),
        Choice("25_34", "25–34", ("25到34",), at_least=25, below=35),
        Choice("35_44", "35–44", ("35到44",), at_least=35, below=45),
        Choice("45_54", "45–54", ("45到54",), at_least=45, below=55),
        Choice("55_plus", "55及以上", ("55以上", "退休"), at_least=55, below=111),
        Choice(
            "under_18", "未满18岁", ("未成年", "不满18", "没满18", "没到18"), at_least=5, below=18
        ),
    ),
    stops={"under_18": "under_age"},
)

SITUATION = Question(
    key="situation",
    reader="choice",
    title="职业情况",
    why="不同情况适用的问题不一样；按规定我们也不能向全日制在校学生提供贷款",
    choices=(
        Choice(
            "employed",
            "上班",
            (
                "程序员",
                "保安",
                "销售",
                "司机",
                "医生",
                "文员",
                "服务员",
                "厨师",
                "工厂",
                "全职",
                "打工",
                "上班族",
                "在职",
                "员工",
                "公司职员",
                "工人",
                "公务员",
                "老师",
                "护士",
                "单位",
            ),
        ),
        Choice(
            "freelance",
            "自由职业",
            (
                "跑滴滴",
                "网约车",
                "外卖",
                "骑手",
                "兼职",
                "接单",
                "主播",
                "灵活就业",
                "零工",
                "自由",
            ),
        ),
        Choice(
            "owner",
            "个体户或小微企业主",
            (
                "个体户",
                "个体",
                "小微企业主",
                "企业主",
                "老板",
                "做生意",
                "开店",
                "开公司",
                "自己干",
                "创业",
                "法人",
            ),
        ),
        Choice(
            "student", "全日制学生", ("学生", "在校", "大学生", "读书", "上学", "读研", "研究生")
        ),
        Choice(
            "unemployed",
            "暂时没有工作",
            (
                "没上班",
                "不上班",
                "没在上班",
                "下岗",
                "主妇",
                "没工作",
                "没有工作",
                "待业",
                "无业",
                "失业",
                "在家",
                "找工作",
                "全职妈妈",
                "宝妈",
                "退休",
            ),
        ),
    ),
    stops={"student": "student"},
)

REGION = Question(
    key="region",
    reader="region",
    title="所在城市",
    why="我们只能在获准经营的地区提供服务，所以问到城市；不需要详细地址",
)

TERM_CHOICES = (
    Choice("3", "3个月", value=3),
    Choice("6", "6个月", value=6),
    Choice("12", "12个月", value=12),
    Choice("24", "24个月", value=24),
)

CREDIT_RECORD = Question(
    key="credit_record",
    reader="choice",
    title="近两年还款情况",
    why="想了解近两年有没有逾期，好估算能不能按时还；按您说的算，不查征信，可以不答",
    optional=True,
    sensitive=True,
    choices=(
        Choice(
            "clean",
            "没有逾期",
            (
                "征信良好",
                "征信没问题",
                "征信正常",
                "一直正常",
                "没有",
                "无",
                "没",
                "无逾期",
                "没逾期",
                "没逾期过",
                "从没逾期",
                "从来没有逾期",
                "良好",
                "正常",
                "按时还",
                "没借过",
            ),
        ),
        Choice(
            "settled",
            "有过，已结清",
            (
                "还完",
                "还完了",
                "有过",
                "已结清",
                "结清",
                "还清",
                "还清了",
                "以前有",
                "以前逾期过",
                "曾经有",
                "有过但还了",
            ),
        ),
        Choice(
            "overdue_now",
            "现在有逾期",
            ("逾期中", "正在逾期", "现在逾期", "还没还清", "还没还", "有逾期"),
        ),
        Choice("skipped", "跳过", ("不想说", "不方便说", "不答", "保密")),
    ),
)
