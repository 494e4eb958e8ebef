"""Size and speed of layers on the disk, packed in several ways; a part of docs/scale.md."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import numpy as np
import pandas as pd

LZF, GZIP = {"compression": "lzf"}, {"compression": "gzip", "compression_opts": 1}
CHUNK_BYTES = 1 << 18  # as in recurseq.base.h5ad
LAYOUTS = {
    "not packed": {},
    "LZF": LZF,
    "**LZF, shuffled** (in use)": LZF | {"shuffle": True},
    "gzip 1": GZIP,
    "gzip 1, shuffled": GZIP | {"shuffle": True},
    "LZF, shuffled, chunks as h5py guesses": LZF | {"shuffle": True, "chunks": True},
}
GENES_OF_A_FIGURE = 40
TEXT = """
`cohort.h5ad` and `model.h5ad` are AnnData files (anndata 0.10, 0.11 and 0.12 were tried). Counts
are stored once, as the layer `counts`, and there is no `X`: in other programs, name the layer.

```python
model = scanpy.read_h5ad("results/model.h5ad")
scanpy.pp.pca(model, layer="vst")
```

| in `model.h5ad` | held as | |
|---|---|---|
| `layers["counts"]` | int32 | int64 where a count needs it |
| `layers["normalized"]`, `layers["vst"]` | float32: 7 digits | for figures and other programs |
| `layers["normalization_factor"]` | float64 | only with transcript lengths |
| `obs["size_factor"]`, `obsm["design_matrix"]`, `varm["coefficients"]` | float64 | |
| `varm["covariance"]` | float64 | the upper triangle of p × p, row by row |

`study.h5ad`, for other programs, borrows the three layers of `model.h5ad` as they are packed, and
`X` is the same matrix as `layers["vst"]`: in TCGA-LIHC 45 MB beside 28 MB, of which the four
contrasts are most of the rest.

A chunk holds all samples of some genes. So a rule reads the genes it needs and leaves the rest: a
contrast the counts of the fitted genes, a figure of 40 genes the chunks they are in, most rules no
matrix at all.
""".strip().splitlines()


def measure(counts: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    """Measure each layout: size in MB; processor seconds to write, to read all, to read 40 genes.

    Parameters
    ----------
    counts
        Samples x genes.
    """
    values = counts.to_numpy(dtype=np.int32)
    depth = values.sum(axis=1, keepdims=True) / values.sum(axis=1).mean()
    normalized = values / depth
    layers = [values, normalized.astype(np.float32), np.log2(normalized + 1).astype(np.float32)]
    return {name: _one(layers, layout) for name, layout in LAYOUTS.items()}


def _one(layers: list[np.ndarray], layout: dict) -> tuple[float, ...]:
    samples, genes = layers[0].shape
    chunks = samples, max(1, CHUNK_BYTES // (4 * samples))
    chosen = np.random.default_rng(1).choice(genes, GENES_OF_A_FIGURE, replace=False)
    with TemporaryDirectory() as folder:
        path = Path(folder, "layers.h5")
        start = time.process_time()
        with h5py.File(path, "w") as file:
            for number, layer in enumerate(layers):
                file.create_dataset(str(number), data=layer, **{"chunks": chunks} | layout)
        written = time.process_time()
        with h5py.File(path) as file:
            for number in range(len(layers)):
                file[str(number)][:]
            read = time.process_time()
            last = file[str(len(layers) - 1)]
            width = last.chunks[1]
            for block in np.unique(chosen // width):
                last[:, block * width : (block + 1) * width]
        ended = time.process_time()
        return path.stat().st_size / 1e6, written - start, read - written, ended - read


def lines(found: dict[str, tuple[float, ...]], genes: int, samples: int) -> list[str]:
    """Text on the files, and a Markdown table of the layouts."""
    return [
        *TEXT,
        "",
        f"Three layers of {genes:,} genes × {samples:,} samples:",
        "",
        "| packed | MB | write, s | read, s | read 40 genes of one, ms |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {size:,.0f} | {write:.1f} | {read:.1f} | {1000 * some:.0f} |"
            for name, (size, write, read, some) in found.items()
        ),
    ]
