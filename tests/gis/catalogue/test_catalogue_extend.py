"""A planner's own files over the shipped ones, and what happens when they are wrong."""

import math

import pytest

from gis.catalogue import Limit, load_catalogue, parse_limit
from gis.errors import InputError

FACILITY_HEADER = (
    "code,name_zh,name_en,services,limit_metres,limit_minutes,measure,source,confidence\n"
)
CIRCLE = """
id = "{id}"
name_zh = "测试圈"
name_en = "test circle"
source = "街道规划"
confidence = "F"

[[requirement]]
id = "meals"
name_zh = "助餐"
name_en = "meals"
services = ["{service}"]
at_least = 1
limit = "{limit}"
measure = "{measure}"
profile = "{profile}"
confidence = "F"
"""


def circle(**changes):
    usual = {
        "id": "mine",
        "service": "meals",
        "limit": "500m",
        "measure": "line",
        "profile": "gb50180",
    }
    return CIRCLE.format(**{**usual, **changes})


@pytest.fixture
def write(tmp_path):
    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    return write


def faults(*paths):
    with pytest.raises(InputError) as caught:
        load_catalogue(*paths)
    return caught.value


def test_a_row_with_a_known_code_replaces_ours_and_another_is_added(write):
    before = load_catalogue()
    path = write(
        "mine.csv",
        FACILITY_HEADER
        + "kindergarten,幼儿园,kindergarten,kindergarten,500,,line,地方标准,F\n"
        + "tea_house,茶馆,tea house,culture_space,300,5,walk,街道规划,F\n",
    )
    after = load_catalogue(path)
    assert len(after.facilities) == len(before.facilities) + 1
    assert after.facilities.loc["kindergarten", ["limit_metres", "measure"]].tolist() == [
        500,
        "line",
    ]
    assert after.services_of("tea_house") == ("culture_space",)
    assert "tea_house" in after.kinds_of("culture_space")
    assert before.facilities.loc["kindergarten", "limit_metres"] == 300
    assert after.files == ("minqing", "mine.csv")
    assert after.digest != before.digest


def test_a_table_saved_by_excel_in_gb18030_or_with_a_mark_reads_the_same(write):
    text = FACILITY_HEADER + "tea_house,茶馆,tea house,culture_space,300,5,walk,街道规划,F\n"
    names = [
        load_catalogue(write(f"{encoding}.csv", text, encoding)).kind_name("tea_house")
        for encoding in ("utf-8", "utf-8-sig", "gb18030")
    ]
    assert names == ["茶馆"] * 3


def test_a_folder_is_read_as_a_whole_whatever_its_tables_are_called(write):
    write("own/我的服务.csv", "code,name_zh,name_en\ntea,喝茶,tea\n")
    write(
        "own/facilities.csv",
        FACILITY_HEADER + "tea_house,茶馆,tea house,tea,300,5,walk,街道规划,F\n",
    )
    folder = write("own/circles/tea.toml", circle(id="tea_circle", service="tea")).parent.parent
    catalogue = load_catalogue(folder)
    assert catalogue.circles["tea_circle"].requirements[0].services == ("tea",)
    assert set(catalogue.circles) > {"elder", "culture", "tea_circle"}
    assert catalogue.service("喝茶") == "tea"


def test_the_last_file_laid_on_top_wins(write):
    one = write("one.toml", circle(limit="300m"))
    two = write("two.toml", circle(limit="10min"))
    assert load_catalogue(one, two).circles["mine"].requirements[0].limit == Limit(10, "min")
    assert load_catalogue(two, one).circles["mine"].requirements[0].limit == Limit(300, "m")


def test_an_osm_rule_laid_on_top_is_asked_before_ours(write):
    path = write(
        "osm.toml",
        '[[stations]]\nkind = "elder_canteen"\ntags = { amenity = "restaurant", "diet:senior" = "*" }\n',
    )
    osm = load_catalogue(path).osm
    assert osm.station_kind({"amenity": "restaurant", "diet:senior": "yes"}) == "elder_canteen"
    assert osm.station_kind({"amenity": "restaurant"}) == "restaurant"
    assert osm.walkable == load_catalogue().osm.walkable


def test_a_word_list_of_osm_values_laid_on_top_replaces_ours(write):
    assert load_catalogue(write("osm.toml", 'steps = ["steps", "ladder"]\n')).osm.steps == {
        "steps",
        "ladder",
    }


def test_spellings_of_columns_are_added_and_none_is_lost(write):
    path = write(
        "columns.toml",
        'table = "households"\n[[column]]\nname = "building"\nzh = "栋座"\nen = "block"\n'
        '[values.colour]\nred = ["一级"]\n',
    )
    columns = load_catalogue(path).columns
    for header in ("栋座", "block", "楼栋", "幢", "building"):
        assert columns.find("households", header) == "building"
    assert columns.labels("households")["building"] == "栋座"
    assert columns.values("households", "colour")["一级"] == "red"
    assert columns.values("households", "colour")["红"] == "red"


def test_left_out_columns_can_be_added_to_and_not_let_in(write):
    more = load_catalogue(write("more.toml", 'policing = ["积分等级"]\n')).columns
    assert more.left_out("积分等级") == more.left_out("重点人员") == "policing"
    error = faults(write("less.toml", 'care = ["重点人员"]\npolicing = ["x"]\n'))
    assert str(error) == "less.toml：care 不能由外加文件改动；请只写 policing 或 personal"


@pytest.mark.parametrize(
    ("row", "message", "english"),
    [
        (
            "tea_house,茶馆,tea house,culture_space,300,5,walked,街道规划,F",
            "bad.csv 第 2 行“measure”列：现为“walked”；请用其中之一：walk, line",
            "bad.csv, row 2, column 'measure': found 'walked'; use one of walk, line",
        ),
        (
            "tea_house,茶馆,tea house,culture_space,三百,5,walk,街道规划,F",
            "bad.csv 第 2 行“limit_metres”列：现为“三百”；请写数字",
            "bad.csv, row 2, column 'limit_metres': found '三百'; write a number",
        ),
        (
            "tea_house,茶馆,tea house,culture_space,nan,5,walk,街道规划,F",
            "bad.csv 第 2 行“limit_metres”列：现为“nan”；请写数字",
            "bad.csv, row 2, column 'limit_metres': found 'nan'; write a number",
        ),
        (
            "tea_house,茶馆,tea house,culture_space,-3,5,walk,街道规划,F",
            "bad.csv 第 2 行“limit_metres”列：现为“-3.0”；请写大于 0 的数",
            "bad.csv, row 2, column 'limit_metres': found '-3.0'; write a number above 0",
        ),
        (
            "tea_house,茶馆,tea house,culture_space,300,5,walk,街道规划,sure",
            "bad.csv 第 2 行“confidence”列：现为“sure”；请用其中之一：F, FD, M, D, K-high, K-med, K-low",
            "bad.csv, row 2, column 'confidence': found 'sure'; use one of F, FD, M, D, K-high, K-med, K-low",
        ),
        (
            "tea_house,茶馆,tea house,culture_space,300,5,walk,,F",
            "bad.csv 第 2 行：缺少 source；请补上",
            "bad.csv, row 2: found no source; fill it in",
        ),
        (
            "Tea House,茶馆,tea house,culture_space,300,5,walk,街道规划,F",
            "bad.csv 第 2 行“code”列：现为“Tea House”；格式：小写字母、数字和下划线",
            "bad.csv, row 2, column 'code': found 'Tea House'; write small letters, digits and _",
        ),
        (
            "tea_house,茶馆,tea house,tea_drinking,300,5,walk,街道规划,F",
            "facilities, tea_house：“tea_drinking”不在 services.csv 里；请先在那里补上，或改正名称",
            "facilities, tea_house: found 'tea_drinking', which is not in services.csv; add it or mend the name",
        ),
        (
            "tea_house,茶馆,tea house, or inn,culture_space,300,5,walk,街道规划,F",
            "bad.csv 第 2 行：有 10 格，列名只有 9 个；含逗号的文字要加双引号",
            "bad.csv, row 2: found 10 cells under 9 columns; put text with commas in double quotes",
        ),
    ],
)
def test_a_faulty_row_is_named_by_file_row_and_column_with_the_remedy(write, row, message, english):
    error = faults(write("bad.csv", FACILITY_HEADER + row + "\n"))
    assert str(error) == message
    assert error.english == english


def test_all_faults_of_a_file_are_listed_at_once(write):
    good = "tea_house,茶馆,tea house,culture_space,300,5,walk,街道规划,F\n"
    error = faults(
        write(
            "bad.csv", FACILITY_HEADER + good + good.replace("walk", "x") + good.replace(",F", ",G")
        )
    )
    assert len(error.problems) == 2
    assert str(error).endswith("（另有 1 处）")
    assert [problem.split("：")[0] for problem in error.problems] == [
        "bad.csv 第 3 行“measure”列",
        "bad.csv 第 4 行“confidence”列",
    ]


def test_a_code_written_twice_in_one_file_is_refused(write):
    row = "tea_house,茶馆,tea house,culture_space,300,5,walk,街道规划,F\n"
    error = faults(write("bad.csv", FACILITY_HEADER + row + row))
    assert str(error) == "bad.csv 第 3 行“code”列：“tea_house”重复（首次在第 2 行）；请只留一行"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"limit": "soon"},
            "bad.toml requirement[1].limit：现为“soon”；格式：时间写作 15min，距离写作 500m",
        ),
        (
            {"measure": "fly"},
            "bad.toml requirement[1].measure：现为“fly”；请用其中之一：walk, line",
        ),
        (
            {"service": "lunch"},
            "circle mine, meals：“lunch”不在 services.csv 里；请先在那里补上，或改正名称",
        ),
        (
            {"profile": "walk_99"},
            "circle mine, meals：“walk_99”不在 profiles.csv 里；请先在那里补上，或改正名称",
        ),
    ],
)
def test_a_faulty_circle_is_refused_with_the_remedy(write, changes, message):
    assert str(faults(write("bad.toml", circle(**changes)))) == message


def test_a_circle_that_includes_what_is_not_there_is_refused(write):
    text = 'id = "mine"\nname_zh = "圈"\nname_en = "circle"\nsource = "规划"\nconfidence = "F"\n'
    error = faults(write("bad.toml", text + 'include = ["gb50180_7"]\n'))
    assert (
        str(error) == "circle mine，include：现为“gb50180_7”；请写已有的、自身不含 include 的服务圈"
    )
    bare = faults(write("bare.toml", text + "include = []\n"))
    assert str(bare) == "bare.toml include：现为“[]”；至少写一项"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("empty.csv", "", "empty.csv：文件是空的；第一行要写列名"),
        ("broken.toml", "id = \n", "broken.toml：不是有效的 UTF-8 TOML"),
        ("other.csv", "a,b\n1,2\n", "other.csv 第 1 行：认不出是哪种表，现有列 a, b；"),
        (
            "twice.csv",
            FACILITY_HEADER.replace("source", "measure"),
            "twice.csv 第 1 行：列“measure”出现两次",
        ),
        ("book.xlsx", "x", "book.xlsx：目录文件要用 .csv 或 .toml，现为“.xlsx”"),
        ("keys.toml", "colour = ['red']\n", "keys.toml：不认识 colour；可用："),
    ],
)
def test_a_file_that_is_no_catalogue_file_is_refused(write, name, text, message):
    assert str(faults(write(name, text))).startswith(message)


def test_a_missing_path_and_an_empty_folder_are_refused(tmp_path):
    assert "找不到文件或文件夹" in str(faults(tmp_path / "nowhere"))
    assert "里面没有目录文件" in str(faults(tmp_path))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("15min", Limit(15, "min")),
        ("15分钟", Limit(15, "min")),
        ("15 minutes", Limit(15, "min")),
        (15, Limit(15, "min")),
        (7.5, Limit(7.5, "min")),
        ("500m", Limit(500, "m")),
        ("500米", Limit(500, "m")),
        ("1.5km", Limit(1500, "m")),
        ("1公里", Limit(1000, "m")),
        (Limit(3, "m"), Limit(3, "m")),
    ],
)
def test_limits_are_read_as_people_write_them_and_written_back(text, limit):
    assert parse_limit(text) == limit
    assert parse_limit(str(limit)) == limit
    assert parse_limit(limit.text("zh")) == limit
    assert parse_limit(limit.text("en")) == limit


@pytest.mark.parametrize(
    "text", ["", "soon", "0min", "-5min", "15miles", "min", "1e3m", 0, float("nan"), float("inf")]
)
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(InputError, match="时间写作 15min 或 15分钟，距离写作 500m 或 500米"):
        parse_limit(text)


def test_minutes_of_a_profile_without_speed_are_the_standards_distances_only():
    profile = load_catalogue().profile("gb50180")
    assert profile.metres_within(Limit(15, "min")) == 1000
    assert profile.metres_within(Limit(250, "m")) == 250
    with pytest.raises(
        InputError, match="没有 20min 对应的米数；请写米数（500m），或用 5min, 10min, 15min"
    ):
        profile.metres_within(Limit(20, "min"))


def test_steps_of_a_profile_count_once_more_or_not_at_all():
    profiles = load_catalogue().profiles
    assert profiles["walk_60"].steps_factor == 1.0
    assert profiles["walk_48"].steps_factor == 2.0
    assert profiles["wheelchair"].steps_factor is None


def test_slopes_of_a_profile_are_tobler_or_a_table():
    profiles = load_catalogue().profiles
    assert profiles["gb50180"].slope is None
    assert profiles["walk_60"].slope == "tobler"
    assert profiles["walk_48"].slope[0] == (-0.3, 2.01)
    assert (profiles["walk_48"].storey_seconds, profiles["walk_48"].max_storeys) == (30, None)
    assert (profiles["wheelchair"].max_storeys, profiles["pram"].max_grade) == (0, 0.125)


def test_elders_climb_as_tobler_says_and_gain_nothing_downhill():
    for grade, factor in load_catalogue().profile("walk_48").slope:
        tobler = math.exp(3.5 * (abs(grade + 0.05) - 0.05))
        assert factor == pytest.approx(max(1.0, tobler), abs=0.01)


@pytest.mark.parametrize(
    "table", ["0:1", "0.1:1.3|0:1", "-0.1:1|0.1:2", "0:1.2|0.1:2", "0:1|0.1:0", "0:1|0.1.2:3"]
)
def test_a_table_of_slopes_rises_and_holds_level_ground(table, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "id,name_zh,name_en,metres_per_minute,steps,slope,source,confidence\n"
        f"slow,慢,slow,30,same,{table},规划,F\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="坡度"):
        load_catalogue(path)


def test_an_assumption_can_be_changed_but_not_invented(tmp_path):
    head = "code,name_zh,name_en,value,unit,source,confidence\n"
    (tmp_path / "four.csv").write_text(head + "lift_from_storeys,四层,four,4,storeys,GB,K-high\n")
    (tmp_path / "other.csv").write_text(head + "lift_from_moon,月,moon,4,storeys,GB,K-high\n")
    assert load_catalogue().assumed("lift_from_storeys") == 7
    assert load_catalogue(tmp_path / "four.csv").assumed("lift_from_storeys") == 4
    with pytest.raises(InputError, match="lift_from_storeys"):
        load_catalogue(tmp_path / "other.csv")
    with pytest.raises(InputError, match="目录里没有“nothing”"):
        load_catalogue().assumed("nothing")


@pytest.mark.parametrize("what", ["circle", "profile", "service"])
def test_an_unknown_name_is_answered_with_the_known_ones(what):
    with pytest.raises(
        InputError, match=f"{what}：目录里没有“nothing”；可用：.*(elder|walk_48|meals)"
    ):
        getattr(load_catalogue(), what)("nothing")


def test_the_shipped_catalogue_is_read_once():
    assert load_catalogue() is load_catalogue()
