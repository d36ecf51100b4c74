"""What is still said of fair-esm outside Python, and what only sounds like it."""

from __future__ import annotations

import json

import pytest

from codemod.mentions.elsewhere import COMMAND, DOCUMENT, mentions, notebook_mentions, runs
from codemod.notebooks.read import read

ABOUT = "See https://github.com/facebookresearch/esm.\n"


def said(path: str, text: str, programs: frozenset[str] = frozenset()) -> list[tuple[int, str, str]]:
    return [(each.line, each.rule, each.why) for each in mentions(path, text, programs)]


COMMANDS = {
    "esm-extract esm2_t33_650M_UR50D in.fasta out --include mean": "extract.py of this tool's README",
    "$BIN/esm-extract $MODEL in.fasta out": "extract.py of this tool's README",
    "/opt/conda/bin/esm-extract -h": "extract.py of this tool's README",
    "python scripts/extract.py esm2_t6_8M_UR50D a.fa out": "extract.py of this tool's README",
    "python3 -u ../esm/scripts/extract.py $MODEL a.fa out": "extract.py of this tool's README",
    "python extract.py $MODEL $IN \\\n  $OUT --toks_per_batch 4096": "extract.py of this tool's README",
    "python extract.py weights.pt a.fa out --include per_tok": "extract.py of this tool's README",
    "python -m esm.scripts.extract esm2_t6_8M_UR50D a.fa out": "extract.py of this tool's README",
    'CMD ["esm-extract", "esm2_t6_8M_UR50D", "a.fa", "out"]': "extract.py of this tool's README",
    '["python", "-m", "esm.scripts.extract", "esm2_t6_8M_UR50D"]': "extract.py of this tool's README",
    "esm-extract esm_msa1b_t12_100M_UR50S a.a3m out": "transformers does not have",
    "python extract.py esm1_t34_670M_UR50S a.fa out": "transformers does not have",
    "esm-fold -i a.fasta -o pdbs": "EsmForProteinFolding",
    "python esm/scripts/fold.py -i a.fasta -o pdbs": "EsmForProteinFolding",
    "python examples/variant-prediction/predict.py --model-location esm1v_t33_650M_UR90S_1": "EsmForMaskedLM",
    "python examples/inverse_folding/sample_sequences.py a.pdb": "environment of its own",
    'python -c "import esm; esm.pretrained.esm2_t6_8M_UR50D()"': "imports fair-esm",
    "RUN python3 -c 'from esm import pretrained'": "imports fair-esm",
    "python -m esm": "a module of fair-esm",
}


@pytest.mark.parametrize(
    "path", ["run.sh", "Dockerfile", "Makefile", ".github/workflows/ci.yml", "README.md", "pixi.toml"]
)
@pytest.mark.parametrize(("line", "why"), COMMANDS.items())
def test_commands_of_fair_esm_are_listed_with_what_to_run_instead(path: str, line: str, why: str) -> None:
    ((number, rule, reason),) = said(path, f"first\n    {line}\n")
    assert (number, rule) == (2, "command_line")
    assert why in reason


@pytest.mark.parametrize(
    "line",
    [
        "esm-extraction esm2_t33_650M_UR50D a.fa",
        "my-esm-extract esm2_t33_650M_UR50D a.fa",
        "esm-extract:",
        "needs: esm-extract",
        "The tool (`esm-extract`) came later than ours, extract.py too.",
        "python features_extract.py esm2_t33_650M_UR50D",
        "python extract.py --include data.csv",
        "tar extract.py esm.tar",
        "python fold.py -i a.fasta",
        "alphafold/scripts/fold.py -i a.fasta",
        "python -m esm_tools --run",
        "python -m esm.sdk.forge",
        "python -m esmvaltool",
        "python -c 'import esmvalcore'",
        "python -c 'from esm.models.esmc import ESMC'",
        "python -c 'from esm.sdk import client'",
        "python embed.py --model facebook/esm2_t33_650M_UR50D",
        "huggingface-cli download facebook/esm2_t33_650M_UR50D",
        "import esm from 'esm'",
        "the Earth system model (ESM) from esm import data to run",
    ],
)
@pytest.mark.parametrize("path", ["run.sh", "README.md"])
def test_what_only_sounds_like_fair_esm_is_left_alone(path: str, line: str) -> None:
    assert said(path, f"{line}\nfold.py extract.py\n") == []


@pytest.mark.parametrize("line", ["# esm-extract esm2_t6_8M_UR50D a.fa out", "  # python -m esm.scripts.extract a b"])
def test_a_comment_in_a_script_runs_nothing(line: str) -> None:
    assert said("run.sh", line) == []


def test_a_program_of_the_repository_is_not_fair_esms() -> None:
    line = "python scripts/extract.py esm2_t6_8M_UR50D a.fa out\n"
    assert said("run.sh", line, frozenset(["scripts/extract.py"])) == []
    assert said("run.sh", line.replace("scripts", "$HERE/scripts"), frozenset(["tools/scripts/extract.py"])) == []
    assert len(said("run.sh", line, frozenset(["extract.py", "scripts/my_extract.py"]))) == 1


def test_code_in_a_document_is_listed_by_its_import() -> None:
    fence = "```python\nimport torch\nimport esm\nmodel = esm.pretrained.esm2_t6_8M_UR50D()\n```\n"
    text = f"{ABOUT}{fence}\n    >>> from esm import pretrained\n"
    assert [(line, rule) for line, rule, _ in said("README.md", text)] == [(4, "documentation"), (8, "documentation")]


def test_torch_hub_in_a_document_is_listed() -> None:
    ((line, rule, why),) = said(
        "docs/use.rst", '::\n\n   m, a = torch.hub.load("facebookresearch/esm:main", "esm2_t6_8M_UR50D")\n'
    )
    assert (line, rule) == (3, "documentation")
    assert "EsmModel.from_pretrained" in why


@pytest.mark.parametrize(
    "text",
    [
        "    import esm\n",
        "    import esm\n    from esm.models.esm3 import ESM3\n",
        f"{ABOUT}    from esm.models.esmc import ESMC\n",
        f"{ABOUT}    from esm.sdk.api import ESMProtein\n",
        f"{ABOUT}    from esm import sdk\n",
        f"{ABOUT}    import esm_tools\n",
        f"{ABOUT}We import esm embeddings.\n",
        f'{ABOUT}    import esm from "esm";\n',
        f"{ABOUT}    model = EsmModel.from_pretrained('facebook/esm2_t6_8M_UR50D')\n",
    ],
)
def test_another_esm_in_a_document_is_left_alone(text: str) -> None:
    assert said("README.md", text) == []


INSTALLS = [
    "pip install fair-esm",
    "   $ pip3 install -q torch 'fair-esm[esmfold]==2.0.0' biotite",
    "Run `python -m pip install git+https://github.com/facebookresearch/esm.git`.",
    "conda install -c conda-forge fair-esm",
    "pip install torch \\\n   fair-esm",
    "- fair-esm == 2.0.0 (ESM-2 3B)",
    "* `fair-esm`",
    "needs fair-esm>=1.0",
    "* fair-esm 2.0.0",
    "| fair-esm | 2.0.0 |",
    "   torch, fair-esm, transformers  # embeddings",
    "- [fair-esm](https://github.com/facebookresearch/esm)",
    "* [FAIR-ESM](https://github.com/facebookresearch/esm) (for new proteins)",
    "Requires the `fair-esm` package.",
    "- Fair-esm",
    "PyTorch 1.13.1<br> Scipy<br> Fair-esm<br>",
]


@pytest.mark.parametrize("line", INSTALLS)
def test_documents_that_tell_to_install_fair_esm_are_listed(line: str) -> None:
    ((number, rule, why),) = said("README.md", f"# Install\n{line}\n")
    assert (number, rule) == (2, "documentation")
    assert "install fair-esm" in why


@pytest.mark.parametrize(
    "path", ["requirements.txt", "environment.yml", "Dockerfile", "install.sh", "Makefile", "pyproject.toml"]
)
def test_what_the_manifests_plan_is_not_repeated(path: str) -> None:
    assert said(path, "RUN pip install fair-esm\nfair-esm==2.0.0\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install esm",
        "pip install esm==3.1  # fair-esm is another package",
        "pip install my-fair-esm",
        "pip install ./vendor/fair-esm/",
        "[weights](https://dl.fbaipublicfiles.com/fair-esm/models/esm2_t6_8M_UR50D.pt)",
        "We use [ESM-2](https://github.com/facebookresearch/esm) as fair-esm ships it.",
        "git clone https://github.com/someone/fair-esm-tools",
        "- fair-esm was published by Meta",
        "It needs no fair-esm.",
        "fair-esm, which Meta wrote, is archived",
    ],
)
def test_documents_may_speak_of_fair_esm(line: str) -> None:
    assert said("README.md", line) == []


@pytest.mark.parametrize("path", ["esm2.py", "a.ipynb", "poetry.lock", "package-lock.json", "conda-lock.yml"])
def test_programs_notebooks_and_locks_are_read_elsewhere(path: str) -> None:
    assert said(path, "esm-extract esm2_t6_8M_UR50D a.fa out\npip install fair-esm\n") == []


def test_the_documents_of_a_copy_belong_to_the_copy() -> None:
    programs = frozenset(["third/esm/esm/pretrained.py", "main.py"])
    assert said("third/esm/examples/README.md", "pip install fair-esm", programs) == []
    assert len(said("third/README.md", "pip install fair-esm", programs)) == 1


def test_a_line_of_data_is_not_read() -> None:
    text = f"![]({'/a' * 50_000} extract.py esm2_t6_8M_UR50D)\nesm-fold -i a.fasta"
    assert [line for line, *_ in said("README.md", text)] == [2]


def test_lines_count_as_editors_count_them() -> None:
    text = "a\r\nb\\\r\nc\rd\nesm-extract \\\r\n esm2_t6_8M_UR50D a\fb.fasta\r\n"
    assert [line for line, *_ in said("run.sh", text)] == [5]


def test_shell_lines_of_a_notebook_are_listed_and_its_installs_are_not() -> None:
    cells = [
        "!pip install fair-esm\nx = 1",
        "if x:\n    !python esm/scripts/extract.py {model} a.fa out",
        "%%bash\n# esm-fold -i b\nls\nesm-fold -i a.fasta -o out",
        "%%writefile a.py\nimport esm",
        "'''\n!esm-extract esm2_t6_8M_UR50D a.fa out\n'''",
        "!pip list",
    ]
    made = read(json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}))
    found = list(notebook_mentions("a.ipynb", made))
    assert [(each.line, each.rule) for each in found] == [
        (5, "command_line"),
        (10, "command_line"),
        (13, "command_line"),
    ]
    lines = made.source.split("\n")
    assert [lines[each.line - 1].split()[0] for each in found] == ["!python", "esm-fold", "import"]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("Snakefile", "rule a:\n    run:\n        import esm\n        esm.pretrained.esm2_t6_8M_UR50D()\n", 3),
        ("flow.nf", "script:\n'''\nfrom esm import pretrained\npretrained.load_model_and_alphabet(x)\n'''\n", 3),
        ("report.qmd", "```{python}\nimport esm\nesm.pretrained.esm2_t6_8M_UR50D()\n```\n", 2),
        ("embed.R", 'esm <- import("esm")\nesm$pretrained$esm2_t6_8M_UR50D()\n', 1),
        ("embed.jl", "esm = pyimport('esm')\nesm.pretrained.esm2_t6_8M_UR50D()\n", 1),
    ],
)
def test_programs_of_other_kinds_are_listed(path: str, text: str, line: int) -> None:
    (found,) = mentions(path, text)
    assert (found.line, found.rule) == (line, COMMAND)


LOADS = "import torch, esm\nesm.pretrained.esm2_t6_8M_UR50D()\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("gui.pyw", LOADS),
        ("bin/embed", f"#!/usr/bin/env python3\n{LOADS}"),
        ("job.sh", f"python - <<EOF\n{LOADS}EOF\n"),
        ("job.sh", f"python -c '\n{LOADS}'\n"),
        ("job.sh", "python -c \"import torch; torch.hub.load('facebookresearch/esm:main', name)\"\n"),
        ("job.sh", "EXTRACT=${CONDA_PREFIX}/bin/esm-extract\n"),
        ("job.sh", "EXTRACT=$HOME/esm/scripts/extract.py\n"),
    ],
)
def test_a_program_that_is_not_read_as_python_still_uses_fair_esm(path: str, text: str) -> None:
    (found,) = mentions(path, text)
    assert found.rule == COMMAND
    assert runs(found)


BRINGS = [
    ("embed.R", 'py_install("fair-esm", pip = TRUE)'),
    ("embed.jl", 'Conda.add("fair-esm")'),
    ("main.nf", 'conda "conda-forge::python=3.9 conda-forge::fair-esm=2.0.0"'),
    (".devcontainer/devcontainer.json", '{"postCreateCommand": "pip install fair-esm"}'),
    ("environment.json", '["torch", "fair-esm==2.0.0"]'),
    ("setup.bat", "pip install fair-esm"),
    ("setup.bat", "git clone https://github.com/facebookresearch/esm"),
    ("job.sh", "wget https://github.com/facebookresearch/esm/archive/refs/heads/main.zip"),
    ("Dockerfile", "ADD https://github.com/facebookresearch/esm.git /opt/esm"),
    ("job.sh", 'ESM_REPO="https://github.com/facebookresearch/esm.git"'),
    ("job.sh", "git clone x/fair-esm && ln -sfn $HOME/src/esm ./esm"),
    ("job.sh", "export PYTHONPATH=$PYTHONPATH:/opt/fair-esm"),
]


@pytest.mark.parametrize(("path", "line"), BRINGS)
def test_what_brings_fair_esm_is_listed_and_uses_nothing(path: str, line: str) -> None:
    (found,) = mentions(path, line)
    assert found.rule == COMMAND
    assert not runs(found)


def test_a_document_that_says_to_clone_fair_esm_is_listed() -> None:
    ((_, rule, _),) = said("README.md", "git clone https://github.com/facebookresearch/esm\n")
    assert rule == DOCUMENT


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("embed.R", 'py_install("my-fair-esm-tools")'),
        ("plot.R", 'title <- "fair-esm against ProtBERT"  # import esm'),
        ("job.sh", "ln -s /data/esm data"),
        ("job.sh", "export PYTHONPATH=$HOME/esm"),
        ("job.sh", "export PYTHONPATH=$HOME/esm_tools  # beside fair-esm"),
        ("job.sh", "git clone https://github.com/facebookresearch/esm-variants"),
        ("job.sh", "curl https://github.com/evolutionaryscale/esm  # not fair-esm"),
        ("CITATION.cff", "url: https://github.com/facebookresearch/esm"),
        ("refs.json", '{"url": "https://github.com/facebookresearch/esm"}'),
        ("gui.pyw", "import torch, esmvalcore, esm_tools"),
        ("bin/embed", "#!/usr/bin/env python3\nimport torch, esm\nfrom esm.models.esmc import ESMC"),
    ],
)
def test_what_brings_something_else_is_left_alone(path: str, line: str) -> None:
    assert not list(mentions(path, line))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Snakefile", "rule a:\n    run:\n        from esm.models.esmc import ESMC\n"),
        ("embed.R", 'import("esmr")\nlibrary(esm)\n'),
        ("embed.jl", "import esmeralda\n"),
    ],
)
def test_other_packages_in_programs_of_other_kinds_are_left_alone(path: str, text: str) -> None:
    assert not list(mentions(path, text))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("First `pip install fair-esm`.", ["install fair-esm"]),
        ("```\\nesm-extract esm2_t6_8M_UR50D a.fa out\\n```", ["extract.py"]),
        ("ESM-2 comes from [fair-esm](https://github.com/facebookresearch/esm).", []),
    ],
)
def test_what_a_text_cell_tells_is_listed(cell: str, words: list[str]) -> None:
    text = '{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "%s"}], "nbformat": 4}'
    found = list(notebook_mentions("a.ipynb", read(text % cell)))
    assert [(each.line, each.rule) for each in found] == [(1, DOCUMENT)] * len(words)
    assert all(word in each.why for word, each in zip(words, found))


def test_code_in_a_raw_cell_is_listed_and_prose_is_not() -> None:
    text = '{"cells": [{"cell_type": "raw", "metadata": {}, "source": ["Look:\\n", "%s"]}], "nbformat": 4}'
    assert [each.rule for each in notebook_mentions("a.ipynb", read(text % "import esm"))] == [DOCUMENT]
    assert not list(notebook_mentions("a.ipynb", read(text % "we import esm")))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("conf/model.yaml", "  _target_: esm.pretrained.esm2_t6_8M_UR50D"),
        ("conf/model.yaml", "  load: 'esm.pretrained.load_model_and_alphabet'  # by name"),
        ("model.json", '{"class": "esm.pretrained.esm1b_t33_650M_UR50S"}'),
        ("model.toml", 'factory = "esm.pretrained.esm2_t6_8M_UR50D"'),
    ],
)
def test_functions_named_in_settings_are_listed(path: str, line: str) -> None:
    ((number, rule, reason),) = said(path, f"first: 1\n{line}\n")
    assert (number, rule) == (2, COMMAND)
    assert "imported by its name" in reason


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("conf/model.yaml", "  _target_: esm.pretrained.ESM3_sm_open_v0"),  # EvolutionaryScale's
        ("conf/model.yaml", "  name: esm2_t6_8M_UR50D"),
        ("conf/model.yaml", "  # _target_: esm.pretrained.esm2_t6_8M_UR50D"),
        ("conf/model.yaml", "  _target_: my.esm.pretrained.esm2_t6_8M_UR50D"),
        ("README.md", "Factories are called esm.pretrained.esm2_t6_8M_UR50D."),
    ],
)
def test_other_names_in_settings_are_not(path: str, line: str) -> None:
    assert said(path, f"first: 1\n{line}\n") == []
