import pytest

from surrobrain.brainbench.corpus.licences import family, licence_name, permitted

BY = "distributed under the terms of the Creative Commons Attribution License, which permits"


@pytest.mark.parametrize(
    ("links", "text", "name"),
    [
        (["http://creativecommons.org/licenses/by/2.0"], BY, "CC-BY-2.0"),
        (["https://creativecommons.org/licenses/by-nc-nd/4.0/"], "", "CC-BY-NC-ND-4.0"),
        ([], BY, "CC-BY"),
        ([], "Creative Commons Attribution 4.0 International License", "CC-BY-4.0"),
        ([], "the Creative Commons Attribution-NonCommercial 3.0 License", "CC-BY-NC-3.0"),
        ([], "CC BY-NC-ND license (http://creativecommons.org/licenses/by-nc-nd/4.0/)",
         "CC-BY-NC-ND-4.0"),
        ([], "This is an open access article under the CC BY license", "CC-BY"),
        ([], "Attribution-Non\u2010Commercial\u2010ShareAlike, Creative Commons Attribution",
         "CC-BY-NC-SA"),
        (["https://creativecommons.org/publicdomain/zero/1.0/"], "", "CC0"),
        ([], "made available under the Creative Commons CC0 public domain dedication", "CC0"),
        ([], "All rights reserved.", "other"),
        (["https://www.elsevier.com/tdm/userlicense/1.0/"], "", "unstated"),
        ([], "", "unstated"),
    ],
)  # fmt: skip
def test_licences_are_named(links, text, name):
    assert licence_name(links, text) == name


def test_the_stricter_of_link_and_words_is_meant():
    link = ["https://creativecommons.org/licenses/by/4.0/"]
    assert licence_name(link, "for commercial re-use, please contact") == "CC-BY-NC-4.0"
    assert licence_name(link, "permits use, even for commercial purposes") == "CC-BY-4.0"


def test_a_family_is_permitted_with_all_its_versions_and_no_stricter_one():
    assert family("CC-BY-NC-ND-4.0") == "CC-BY-NC-ND"
    assert permitted("CC-BY-4.0", ["CC-BY"])
    assert permitted("CC-BY-4.0", ["CC-BY-4.0"])
    assert not permitted("CC-BY-3.0", ["CC-BY-4.0"])
    assert not permitted("CC-BY-NC-4.0", ["CC-BY"])
    assert not permitted("other", ["CC-BY", "CC0"])
