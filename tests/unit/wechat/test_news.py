"""What stands in an article is what its readers see, and nothing that hides from a check."""

import pytest

from app.wechat.news import Article, body_of, links_of, read_news, words_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>秒<b>批</b></p>", "秒批"),
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br/>二", "一\n二"),
        ("<section><span>低&#33267;</span></section>", "低至"),
        ("<style>p{}</style><script>x()</script><p>见</p>", "见"),
        ("<p>&nbsp;</p><p> 见 </p>", "见"),
        ("<p>没有收尾 <b>的", "没有收尾 的"),
        ("", ""),
    ],
)
def test_words_are_read_as_people_read_them(html, text):
    assert body_of(html) == text


def test_links_are_told_each_once():
    html = '<a href="https://a.example/x">一</a><a href="https://a.example/x">二</a><a>三</a>'
    assert links_of(html) == ("https://a.example/x",)


def test_every_part_of_every_article_counts():
    news = read_news(
        [
            {"title": "甲", "digest": "摘要", "content": "<p>正文</p>", "content_source_url": "u"},
            {"title": "乙", "author": "作者", "content": "<a href='v'>点</a>", "url": "temporary"},
        ]
    )
    assert words_of(news) == "甲\n摘要\n正文\nu\n乙\n作者\n点\nv"
    assert read_news([one.to_json() for one in news]) == news
    assert news[0] == Article("甲", "", "摘要", "<p>正文</p>", "u", "")
