"""Commands of fair-esm in strings of Python programs: what runs is listed, what is said is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.mentions.commands import python_mentions
from codemod.migrate import Settings, migrate
from codemod.program.source import Source
from tests.codemod.trees import grow

RUNS = [
    "os.system('esm-extract esm2_t6_8M_UR50D a.fa out')",
    "subprocess.run(f'esm-extract {model} {fasta} {out} --include mean', shell=True)",
    "subprocess.run(['esm-extract', model, fasta, out], check=True)",
    "subprocess.run(['esm-extract', 'esm2_t6_8M_UR50D', *files])",
    "subprocess.check_call([sys.executable, 'scripts/extract.py', 'esm2_t6_8M_UR50D', fasta, out])",
    "run([sys.executable, os.path.join(ESM, 'scripts', 'extract.py'), name, fasta, '--repr_layers', '33'])",
    "run(['python', str(ESM / 'scripts' / 'extract.py'), name, fasta, out, '--include', 'per_tok'])",
    "subprocess.run('esm-extract {} {} {}'.format(model, fasta, out).split())",
    "subprocess.run(shlex.split('esm-fold -i %s -o %s' % (fasta, out)))",
    "cmd = 'python ' + here + '/esm/scripts/extract.py esm2_t6_8M_UR50D ' + fasta",
    "cmd = f'CUDA_DEVICES={gpu} {python} {folder}/esm/scripts/extract.py esm2_t6_8M_UR50D {fasta}'\ndo(cmd)",
    "os.system(' '.join(['esm-fold', '-i', fasta, '-o', out]))",
    "subprocess.run(['python', '-m', 'esm.scripts.extract', *arguments])",
    "COMMAND = ['esm-fold', '-i'] + files",
    "os.system('pip install fair-esm')",
    "path = ROOT / 'env' / 'bin' / 'esm-extract'",
    "path = os.path.join(sys.prefix, 'bin', 'esm-fold')",
    "session.run('esm-extract', 'esm2_t6_8M_UR50D', 'a.fa', 'out')",
    "subprocess.run(['git', 'clone', 'https://github.com/facebookresearch/esm'])",
    "subprocess.check_call([sys.executable, '-m', 'pip', 'install', '-q', 'fair-esm==2.0.0'])",
    "script.write('''#!/bin/bash\ncd work\nesm-extract \\\n  esm2_t6_8M_UR50D a.fa out\n''')",
]

SAYS = [
    "'''Run esm-extract esm2_t6_8M_UR50D a.fa out first.'''",
    "def f():\n    '''esm-extract esm2_t6_8M_UR50D a.fa out'''",
    "print('run: esm-extract esm2_t6_8M_UR50D a.fa out')",
    "logger.warning(f'esm-extract {model} failed')",
    "raise ImportError('pip install fair-esm')",
    "parser.add_argument('--pt', help='output of esm-extract esm2_t6_8M_UR50D a.fa out')",
    "argparse.ArgumentParser(description='pip install fair-esm')",
    "subprocess.run(['esm-extract'])",
    "x = 'esm-extract'",
    "out = ROOT / 'results' / 'esm-extract'",
    "url = 'https://github.com/facebookresearch/esm'",
    "x = 'esm2_t6_8M_UR50D'",
    "os.system('python features_extract.py esm2_t6_8M_UR50D')",
    "os.system('# esm-extract esm2_t6_8M_UR50D a.fa out')",
    "os.system('pip install esm')",
    "from_pretrained('facebook/esm2_t6_8M_UR50D')",
    "subprocess.run(['python', '-m', 'esm_tools', model])",
    "subprocess.run(['python', '-m', 'esm.sdk.forge'])",
    "import esm\nesm.pretrained.esm2_t6_8M_UR50D()",
]


@pytest.mark.parametrize("program", RUNS)
def test_a_command_that_is_run_is_listed_once(program: str) -> None:
    (found,) = python_mentions(Source("a.py", "\n" + program))
    assert (found.path, found.line, found.rule) == ("a.py", 2, "command_line")


@pytest.mark.parametrize("program", SAYS)
def test_what_is_only_said_or_something_else_is_left_alone(program: str) -> None:
    assert list(python_mentions(Source("a.py", program))) == []


def test_a_program_of_the_repository_is_not_fair_esms() -> None:
    source = Source("a.py", "os.system(f'python {here}/tools/extract.py esm2_t6_8M_UR50D {fasta}')")
    assert list(python_mentions(source, {"src/tools/extract.py"})) == []
    assert len(list(python_mentions(source, {"src/extract.py"}))) == 1


def test_a_sum_of_many_strings_is_no_trouble() -> None:
    program = " + ".join(["'a'"] * 400)
    assert list(python_mentions(Source("a.py", f"x = {program}"))) == []


def test_the_path_of_the_script_alone_is_a_command() -> None:
    text = "import subprocess\nSCRIPT = 'esm/scripts/extract.py'\nsubprocess.run(['python', SCRIPT, 'esm1b', fasta])\n"
    assert [each.line for each in python_mentions(Source("a.py", text))] == [2]


def test_the_path_of_the_script_behind_a_folder_is_a_command() -> None:
    text = 'def run(root):\n    return f"{root}/src/esm/scripts/extract.py"\n'
    assert [each.line for each in python_mentions(Source("a.py", text))] == [2]


@pytest.mark.parametrize("path", ["scripts/extract.py", "esm/scripts/extract.pyc", "esm/scripts/other.py", "esm.py"])
def test_other_paths_are_no_command(path: str) -> None:
    assert list(python_mentions(Source("a.py", f"SCRIPT = {path!r}\n"))) == []


@pytest.mark.parametrize("own", ["esm/scripts/extract.py", "third/esm/scripts/extract.py"])
def test_a_script_of_the_repository_itself_is_no_command(own: str) -> None:
    text = 'SCRIPT = "esm/scripts/extract.py"\nrun(["python", "esm/scripts/extract.py", name, fasta, out])\n'
    assert list(python_mentions(Source("a.py", text), [own])) == []


@pytest.mark.parametrize(
    ("path", "text", "kept"),
    [("run.sh", "esm-extract esm2_t6_8M_UR50D a.fa out --include mean\n", True),
     ("a.py", 'SCRIPT = "esm/scripts/extract.py"\n', True),
     ("README.md", "    esm-extract esm2_t6_8M_UR50D a.fa out --include mean\n", False),
     ("run.sh", "python embed.py a.fa out\n", False)],
)  # fmt: skip
def test_fair_esm_stays_declared_while_something_runs_it(tmp_path: Path, path: str, text: str, kept: bool) -> None:
    program = "import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
    files = {"embed.py": program, "requirements.txt": "fair-esm==2.0.0\n", path: text}
    migration = migrate(Settings((grow(tmp_path, {name: each.encode() for name, each in files.items()}),), "hf"))
    plan = next(each for each in migration.files if each.path == "requirements.txt")
    assert (plan.after is None or "fair-esm" in plan.after) is kept
