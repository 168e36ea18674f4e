import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.figure import Figure

import surrobrain as sb
from surrobrain.reports.figures.fc import fc
from surrobrain.reports.figures.response import response
from surrobrain.reports.figures.spectra import spectra
from surrobrain.reports.figures.traces import traces
from surrobrain.reports.picture import Picture, drawn
from surrobrain.reports.report import Report
from surrobrain.reports.sections import section
from surrobrain.signals.connectivity import functional_connectivity
from surrobrain.training.options import Training

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page strictly: every tag must be closed in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.words = [], [], []
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def html(recording, connectome, scorecard, influence, effect):
    """A page with one of each kind, a fitted model excepted, in an order of no sense."""
    picture = Picture(Figure(figsize=(2, 1)), "A drawing", "Look here.", "An empty drawing.")
    results = [effect(), influence(), scorecard, picture]
    items = [{"recipe": {"memory": 3}}, connectome, recording(), *results]
    return Report("Subject 01", items, provenance={"seed": 7}).html()


def test_the_page_parses_and_shows_everything(html):
    page = Page(html)
    for words in (
        "Subject 01", "200 samples at 1.4 Hz", "beats every baseline", "free run: 10 of 60 s each",
        "strongest influences", "What if", "recipe: memory", "Look here.", "seed",
        "not a medical device", "Structural connectome",
    ):  # fmt: skip
        assert words in page.text


def test_summary_comes_first_then_scores_figures_methods_provenance(html):
    places = [html.index(f"<h2>{h}</h2>") for h in
              ("Summary", "Scores", "Figures", "Methods", "Provenance")]  # fmt: skip
    assert places == sorted(places)


def test_the_page_asks_nothing_of_the_network(html):
    page = Page(html)
    assert "http://" not in html
    assert "https://" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "base"})
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))
    assert not any("href" in attrs or "srcset" in attrs for _, attrs in page.tags)
    policy = next(m for m in page.all("meta") if "http-equiv" in m)
    assert policy["content"].startswith("default-src 'none'")


def test_every_image_has_words_for_those_who_cannot_see_it(html):
    images = Page(html).all("img")
    assert len(images) >= 5
    assert all(len(image["alt"]) > 10 for image in images)


def test_nothing_a_user_names_becomes_markup(recording, effect, influence, scorecard):
    evil = tuple(f"<img src=x onerror=alert({k})>\"'&</td>" for k in range(5))
    report = Report(
        "<script>alert(1)</script>",
        [
            recording(names=evil), effect(names=evil), influence(names=evil), scorecard,
            {"<b>key</b>": "</table><script>", "nested": {"<i>": ["<u>"]}},
            Picture(Figure(figsize=(1, 1)), "<h1>", "<style>", '"><script>'),
        ],
        warnings=["<script>warning</script>"],
        summary=["<a href=x>"],
        provenance={"<em>": "<em>"},
    )  # fmt: skip
    page = Page(report.html())
    tags = {tag for tag, _ in page.tags}
    assert tags.isdisjoint({"script", "b", "i", "u", "a", "em"})
    assert all(image["src"].startswith("data:") for image in page.all("img"))
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "<script>alert(1)</script>" in page.text


def test_a_dollar_in_a_title_is_a_dollar():
    assert "$scores costs $5" in Page(Report("$scores costs $5", [{"a": 1}]).html()).text


def test_warnings_of_all_items_are_gathered_at_the_top(recording):
    values = np.array(recording().values)
    values[3] = np.nan
    gappy = sb.Recording(values, 1.4, modality="fMRI", on_bad="mask")
    html = Report("x", [gappy], warnings=["mind the head motion"]).html()
    assert html.index("mind the head motion") < html.index("<h2>Methods</h2>")
    assert "1 of 200 samples are missing" in html
    assert "<h3>Warnings</h3>" not in Report("x", [{"a": 1}]).html()


def test_a_model_that_never_beats_the_linear_one_is_called_so(row):
    plain = row(verdict="no better than the linear VAR")
    html = Report("x", [sb.Scorecard((plain,), ())]).html()
    assert "On no score is the model better than a linear one" in html
    better = Report("x", [sb.Scorecard((plain, row()), ())]).html()
    assert "On no score" not in better


def test_a_fit_tells_its_errors_and_its_warnings(recording):
    result = sb.fit(sb.LinearVAR(5), recording())
    page = Page(Report("x", [result]).html())
    assert "LinearVAR, 30 numbers in use" in page.text
    assert "next sample of the validation part of the training data" in page.text
    assert f"{result.history.persistence:.3g} when the last sample is repeated" in page.text
    assert all(warning in page.text for warning in result.warnings)


def test_a_loss_that_is_no_one_step_error_is_not_drawn_beside_one(recording):
    result = sb.fit(sb.MLP(5, hidden=4), recording(), training=Training(epochs=1))
    lines = {}
    for factor in (1.0, 2.0):
        validation = tuple(factor * loss for loss in result.history.validation)
        history = dataclasses.replace(result.history, validation=validation)
        found = section(dataclasses.replace(result, history=history))
        lines[factor] = len(found.pictures[0].figure.axes[0].lines)
    assert lines[2.0] == lines[1.0] - 2


def test_intervals_say_what_they_are_over(influence, effect):
    page = Page(Report("x", [influence(), effect()]).html())
    assert "spread over states (standard error)" in page.text
    assert "Largest in the model" in page.text
    assert "Neither is tested against chance" in page.text
    assert "95 % interval over noise seeds" in page.text
    assert "the fit taken as exact" in page.text


def test_what_does_not_vary_has_no_interval(influence, effect):
    linear = dataclasses.replace(influence(), error=np.full((5, 5), 1e-9))
    page = Page(Report("x", [linear]).html())
    assert "the same in every state" in page.text
    assert "spread over states" not in page.text
    still = effect()
    exact = dataclasses.replace(still, response_low=still.response, response_high=still.response)
    page = Page(Report("x", [exact]).html())
    assert "5 to 5" not in page.text
    assert "the same for every seed" in page.text


@pytest.mark.parametrize(
    ("n_regions", "n_times", "every"),
    [(5, 30, None), (5, 200, 7), (5, 200, 23), (1, 200, None), (2, 200, None)],
)
def test_every_recording_ends_in_a_page(recording, n_regions, n_times, every, caplog, capfd):
    values = recording(n_regions, n_times).values.copy()
    if every is not None:
        values[::every] = np.nan
    real = sb.Recording(values, 1.4, modality="fMRI", on_bad="mask")
    fitted = sb.fit(sb.LinearVAR(n_regions), real)
    model, target = fitted.model, real.names[0]
    free = sb.simulate(model, duration=real.duration)
    matrices = [functional_connectivity(r.values) for r in (real, free)]
    pulse = sb.protocols.step(regions=[target], amplitude=1.0)
    stimulation, removal = (
        sb.what_if(model, duration=20.0, n_seeds=2, **what)
        for what in ({"stimulus": pulse}, {"lesion": [target]})
    )
    items = [
        real, fitted, sb.effective_connectivity(model, real), stimulation, removal,
        drawn("Signals", lambda: traces(real, models={"free run": free})),
        drawn("Functional connectivity", lambda: fc(*matrices, names=real.names)),
        drawn("Power spectra", lambda: spectra(real, free)),
        drawn("Response", lambda: response(removal, truth=removal)),
    ]  # fmt: skip
    page = Page(Report("x", items).html())
    lost = "Power spectra could not be drawn: no stretch without a missing sample has 8 samples."
    assert (lost in page.text) is (every == 7)
    assert page.text.count("could not be drawn") == (every == 7)
    assert "nan" not in page.text
    assert not caplog.records
    assert capfd.readouterr().err == ""


def test_a_picture_that_fails_costs_its_place_and_a_mistake_is_raised(influence, monkeypatch):
    def refuses(*_, **__):
        raise error

    monkeypatch.setattr("surrobrain.reports.sections.ec", refuses)
    error = ValueError("too <few> regions")
    html = Report("x", [influence()]).html()
    assert "Effective connectivity could not be drawn: too &lt;few&gt; regions." in html
    assert "strongest influences" in html
    error = TypeError("a mistake")
    with pytest.raises(TypeError, match="a mistake"):
        Report("x", [influence()]).html()


def test_an_unknown_item_is_refused_with_what_is_known():
    with pytest.raises(
        TypeError, match=r"takes Analysis, .*, Effect, .*, but set arrived.*Picture"
    ):
        Report("x", [{1, 2}]).html()


def test_the_same_items_give_the_same_bytes(influence):
    assert Report("x", [influence()]).html() == Report("x", [influence()]).html()


def test_save_writes_one_file_and_returns_it(tmp_path):
    path = Report("x", [{"a": 1}]).save(tmp_path / "deep" / "x.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [p.name for p in path.parent.iterdir()] == ["x.html"]


@pytest.mark.slow
def test_eighty_regions_stay_below_three_megabytes(recording, influence, effect, scorecard):
    real, other = recording(80, 1200), recording(80, 1200, seed=1)
    matrices = (functional_connectivity(r.values) for r in (real, other))
    items = [
        real, scorecard, traces(real, models={"forecast": other, "free run": other}),
        fc(*matrices, names=real.names), spectra(real, other), influence(80), effect(80, 300),
    ]  # fmt: skip
    assert len(Report("x", items).html()) < 3e6
