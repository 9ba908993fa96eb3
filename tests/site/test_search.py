"""What people type, and the section that must come first."""

import re

import pytest
import yaml

from tests.site.conftest import ROOT

WORDS = ROOT / "_ext" / "search_words.yaml"

FIRST = {
    "BPTT": "02_backpropagation_through_time.html#the-message-from-the-future",
    "backprop through time": "02_backpropagation_through_time.html#the-message-from-the-future",
    "gradient check": "02_backpropagation_through_time.html#three-checks-by-other-routes",
    "RTRL": "02_backpropagation_through_time.html#why-backward",
    "forward mode": "02_backpropagation_through_time.html#why-backward",
    "NaN": "03_explosion.html#before-the-nan",
    "loss is nan": "03_explosion.html#before-the-nan",
    "exploding gradient": "03_explosion.html",
    "exploding gradients": "03_explosion.html",
    "Lyapunov exponent": "03_explosion.html#the-average-rate",
    "transient growth": "03_explosion.html#inside-the-circle-and-growing",
    "non-normal matrix": "03_explosion.html#inside-the-circle-and-growing",
    "Euler": "03_explosion.html#explosion-as-a-time-step-that-is-too-long",
    "loss spike": "03_explosion.html#the-cliff",
    "vanishing gradient": "04_vanishing.html",
    "vanishing gradients": "04_vanishing.html",
    "why is my loss flat": "04_vanishing.html#what-it-does-to-learning",
    "saturation": "04_vanishing.html#what-the-squashing-takes",
    "initialization": "04_vanishing.html#four-starting-points",
    "long-term dependencies": "04_vanishing.html#the-effective-horizon",
    "larger learning rate": "04_vanishing.html#why-no-learning-rate-repairs-it",
    "gradient clipping": "05_clipping.html",
    "clip_grad_norm_": "05_clipping.html#by-norm-by-value-by-tensor",
    "clip by value": "05_clipping.html#by-norm-by-value-by-tensor",
    "bias of clipping": "05_clipping.html#the-mean-of-many",
    "TBPTT": "06_truncation.html#chunks",
    "detach": "06_truncation.html#in-a-framework-detach",
    "retain_graph": "06_truncation.html#in-a-framework-detach",
    "gradient checkpointing": "06_truncation.html#the-exact-alternative",
    "random truncation": "06_truncation.html#cut-at-random-and-the-bias-is-gone",
    "forget gate": "07_additive_paths.html#the-carousel-and-the-paths-beside-it",
    "GRU backward": "07_additive_paths.html#the-gru-all-of-its-backward-pass",
    "chrono initialisation": "07_additive_paths.html#a-horizon-from-a-bias",
    "skip connection": "07_additive_paths.html#adding-instead-of-replacing",
    "padding": "01_unrolling.html#sequences-of-different-lengths",
    "pack_padded_sequence": "01_unrolling.html#sequences-of-different-lengths",
    "number of parameters": "01_unrolling.html#counting-parameters",
    "cross entropy": "01_unrolling.html#from-symbols-to-a-loss",
    "initial hidden state": "01_unrolling.html#where-the-first-state-comes-from",
    "many to one": "01_unrolling.html#three-shapes-of-task",
    "sliding window": "00_why_time_is_hard.html#what-a-window-costs",
    "reservoir computing": "what_a_state_can_hold.html#a-frozen-network-and-a-trained-readout",
    "teacher forcing": "the_recursion_at_work.html#without-the-teacher",
    "perplexity": "the_recursion_at_work.html#a-character-model-from-scratch",
    "SVD": "notation.html#singular-values",
    "Moodle": "instructors.html#into-your-gradebook",
    "interview questions": "interview_room.html",
    "troubleshooting": "symptoms.html",
    "accuracy depends on batch size": "symptoms.html#accuracy-falls-as-the-batch-grows",
    "trying to backward a second time": "symptoms.html#runtimeerror-trying-to-backward-through-the-graph-a-second-time",
    "works in training fails in production": "symptoms.html#fine-in-training-bad-when-streamed-step-by-step",
    "OOM": "symptoms.html#out-of-memory-at-once",
    "batch_first": "the_framework_and_its_traps.html#axes-modes-shapes",
    "longer sequences": "symptoms.html#validation-is-worse-on-longer-sequences-than-were-trained-on",
    "multiple choice": "quizzes.html",
    "weekly schedule": "instructors.html#a-plan-for-a-term",
    "marking guide": "instructors.html#the-solutions-pack",
    "backpropagation": "02_backpropagation_through_time.html",
    "truncated backpropagation": "06_truncation.html",
    "state space model": "10_parallel_recurrences.html#the-gate-is-a-step-size",
    "mamba": "10_parallel_recurrences.html#the-gate-is-a-step-size",
    "S4": "10_parallel_recurrences.html#the-gate-is-a-step-size",
    "minGRU": "10_parallel_recurrences.html#cells-that-are-made-for-it",
    "GPU": "10_parallel_recurrences.html",
    "early stopping": "11_training_for_real.html#three-ailments-made-on-purpose",
    "regularization": "11_training_for_real.html#depth-dropout-start-rate",
    "regularisation": "11_training_for_real.html#depth-dropout-start-rate",
    "weight decay": "11_training_for_real.html#depth-dropout-start-rate",
    "L2": "11_training_for_real.html#depth-dropout-start-rate",
    "layer normalization": "08_orthogonal_dynamics.html#layer-normalisation",
    "initialisation": "04_vanishing.html#four-starting-points",
    "quantization": "recurrent_net_or_transformer.html#eight-bits",
    "peephole": "07_additive_paths.html#the-carousel-and-the-paths-beside-it",
    "torch.nn.LSTM": "07_additive_paths.html#from-nn-rnn-to-nn-gru-to-nn-lstm",
    "parity": "what_a_state_can_hold.html#what-single-units-come-to-encode",
    "install": "exercises_01.html",
    "how to install": "exercises_01.html",
    "colab": "exercises_01.html",
    "vanshing gradient": "04_vanishing.html",
    "pull request": "contributors.html#adding-to-the-course",
}


def first(page, words):
    page.fill(".search-form input", "")
    page.fill(".search-form input", words)
    page.wait_for_function(
        "words => document.querySelector('.search-results').dataset.query === words && "
        "document.querySelector('.search-results a')",
        arg=words,
    )
    return page.locator(".search-results a").first.get_attribute("href").rpartition("/")[2]


@pytest.mark.browser
def test_the_section_that_must_come_first_comes_first(open_page):
    page = open_page("search.html")
    found = {words: first(page, words) for words in FIRST}
    wrong = {words: got for words, got in found.items() if got.split("#")[0] != FIRST[words].split("#")[0]
             or ("#" in FIRST[words] and got != FIRST[words])}  # fmt: skip
    assert not wrong
    assert len(FIRST) >= 40


SLOW = "**/pagefind/pagefind.js"


@pytest.mark.browser
def test_while_the_index_is_on_its_way_it_says_so_and_keeps_an_enter(open_page):
    page, waiting = open_page("index.html"), []
    page.route(SLOW, lambda route: waiting.append(route))
    with page.expect_request(SLOW):
        page.keyboard.press("Control+k")
    page.keyboard.type("clip_grad_norm_")
    page.wait_for_function("document.querySelector('.search-box .search-said').textContent === 'Searching …'")
    page.keyboard.press("Enter")
    assert page.url.endswith("index.html")
    waiting[0].continue_()
    page.wait_for_url("**/chapters/05_clipping.html#by-norm-by-value-by-tensor")


LENT = ("loss not decreasing", "clip", "exploding gradients", "overfitting", "TBPTT")


@pytest.mark.browser
def test_a_result_says_its_page_and_shows_words_that_stand_there(open_page):
    """And neither what is lent to a section, searched and not shown, nor code."""
    page = open_page("search.html?q=clip_grad_norm_")
    page.wait_for_selector(".search-results a")
    titles = set(page.eval_on_selector_all(".search-results small", "all => all.map((one) => one.textContent)"))
    assert "5. Clipping" in titles
    lent = [words.split(", ") for words in yaml.safe_load(WORDS.read_text(encoding="utf8")).values()]
    for words in LENT:
        first(page, words)
        shown = " ".join(page.locator(".search-results p").all_inner_texts())
        assert len(shown) > 100
        assert not [several for several in lent if len(several) > 1 and ", ".join(several[:2]) in shown]
        assert not re.search(r"[⟦⟧]|figures\.show|np\.|print\(|[_^]{", shown)


@pytest.mark.browser
def test_an_excerpt_sets_the_scripts_of_a_formula(open_page):
    page = open_page("search.html")
    first(page, "carousel forget gate")
    shown = page.locator(".search-results p:has(sub)").first
    assert re.search(r"\w<sub>\w[^<]*</sub>", shown.inner_html())


EDGES = """() => {
  const article = document.querySelector(".bd-article"), range = document.createRange();
  const box = (name) => article.querySelector(name).getBoundingClientRect();
  const edges = (name) => [box(name).left, box(name).right];
  range.selectNodeContents(article.querySelector(".search-results strong"));
  return { text: edges("h1"), form: edges(".search-form"), box: edges("input"), shown: edges(".search-results p"),
           result: range.getBoundingClientRect().left, room: document.documentElement.scrollWidth };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("address", ["search.html?q=vanishing+gradient", "chapters/vanishing_gradient.html"])
def test_the_search_on_a_page_has_the_edges_of_the_text(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 800})
    page.wait_for_selector(".search-results a")
    seen = page.evaluate(EDGES)
    assert seen["form"] == seen["box"] == pytest.approx(seen["text"], abs=1)
    assert seen["result"] == pytest.approx(seen["text"][0], abs=1)
    assert seen["shown"][1] <= seen["text"][1] + 1
    assert seen["room"] <= width
