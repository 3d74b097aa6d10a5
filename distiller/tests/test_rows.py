import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from cohort_distiller.errors import InputError
from cohort_distiller.rows import Row, RowEncoder, length_batches, pack, pad

VECTORS = Path(__file__).parents[2] / "packages/src/test/resources/bert_uncased"


@pytest.fixture(scope="module")
def bert_uncased():
    words = (VECTORS / "vocab.txt").read_text("utf-8").split("\n")[:-1]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.add_special_tokens([w for w in words if w in {"[CLS]", "[SEP]", "[MASK]", "[PAD]"}])
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 101), ("[SEP]", 102)],
    )
    tokenizer.enable_padding(length=128)
    tokenizer.enable_truncation(8)
    return tokenizer.to_str().encode("utf-8")


def encoder(tokenizer, inputs=1, max_tokens=1000, truncation="longest_first", token_types=2):
    return RowEncoder(
        tokenizer,
        inputs=inputs,
        max_tokens=max_tokens,
        token_types=token_types,
        truncation=truncation,
    )


def test_ids_equal_the_vectors(bert_uncased):
    lines = (VECTORS / "wordpiece_vectors.jsonl").read_text("utf-8").splitlines()
    vectors = [json.loads(line) for line in lines]
    single, pair = encoder(bert_uncased), encoder(bert_uncased, inputs=2)
    for vector in vectors:
        if "text_pair" in vector:
            [row] = pair.encode([(vector["text"], vector["text_pair"])])
        else:
            [row] = single.encode([vector["text"]])
        assert row == Row(tuple(vector["ids"]), tuple(vector["type_ids"])), vector["text"]
    assert {vector["source"] for vector in vectors} == {"edge", "clinc150", "pair"}


def test_long_texts_are_truncated_inside_the_special_tokens(bert_uncased):
    [row] = encoder(bert_uncased, max_tokens=5).encode(["hello " * 100_000])
    assert row.ids == (101, 7592, 7592, 7592, 102)
    pair = encoder(bert_uncased, inputs=2, max_tokens=6, truncation="only_second")
    [row] = pair.encode([("hello hello", "world " * 9)])
    assert row.ids == (101, 7592, 7592, 102, 2088, 102)


def test_text_that_cannot_be_truncated_or_encoded_is_refused(bert_uncased):
    first = encoder(bert_uncased, inputs=2, max_tokens=6, truncation="only_first")
    with pytest.raises(InputError, match="row 1 cannot be tokenised"):
        first.encode([("a", "b"), ("hello", "world " * 9)])
    with pytest.raises(InputError, match="row 0 cannot be tokenised"):
        encoder(bert_uncased).encode(["\ud800"])


def test_segments_are_zero_where_the_family_has_none(bert_uncased):
    [row] = encoder(bert_uncased, inputs=2, token_types=0).encode([("a", "b")])
    assert row.type_ids == (0, 0, 0, 0, 0)


def test_pack_lays_rows_one_after_the_other():
    rows = [Row((7,), (0,)), Row((1, 2, 3), (0, 1, 1)), Row((4, 5), (0, 0))]
    packed = pack(rows, position_offset=2)
    assert packed["input_ids"].tolist() == [7, 1, 2, 3, 4, 5]
    assert packed["token_type_ids"].tolist() == [0, 0, 1, 1, 0, 0]
    assert packed["position_ids"].tolist() == [2, 2, 3, 4, 2, 3]
    assert packed["pad_index"].tolist() == [[0, 6, 6], [1, 2, 3], [4, 5, 6]]
    assert packed["unpad_index"].tolist() == [0, 3, 4, 5, 6, 7]
    assert packed["row_starts"].tolist() == [0, 1, 4]
    assert {array.dtype for array in packed.values()} == {np.dtype(np.int32)}
    with pytest.raises(ValueError, match="needs rows"):
        pack([], 0)


def test_batches_hold_every_row_once_and_stay_small():
    lengths = np.random.default_rng(0).integers(1, 300, 500).tolist()
    batches = length_batches(lengths, max_tokens=1000, max_rows=32)
    assert sorted(number for batch in batches for number in batch) == list(range(500))
    for batch in batches:
        assert len(batch) <= 32
        assert len(batch) * max(lengths[number] for number in batch) <= 1000
    assert length_batches([5000], max_tokens=1000) == [[0]]


def test_padded_rows_have_a_mask():
    ids, mask, types = pad([Row((7,), (0,)), Row((1, 2), (0, 1))])
    assert ids.tolist() == [[7, 0], [1, 2]]
    assert mask.tolist() == [[1, 0], [1, 1]]
    assert types.tolist() == [[0, 0], [0, 1]]
