"""Words of sentences."""

from recurseq.base.text import capital


def test_a_sentence_begins_large_and_the_rest_keeps_its_letters():
    assert capital("low MT1M in HCC") == "Low MT1M in HCC"
    assert capital("") == "" and capital("5 genes") == "5 genes"
