"""Regular expressions, generated and searched for by the `stix` command, by Python's `re` and by `grep -P`.

`MATCHES` takes Perl-compatible expressions (STIX 2.1, section 9.6.1), so all three have to agree. `re` is asked only about
what it reads as PCRE does. Usage: pcre_expressions.py STIX [COUNT] [SEED]
"""

import json
import random
import re
import subprocess
import sys
import tempfile
import uuid
import warnings
from pathlib import Path

TEXTS = ['', 'a', 'b', 'ab', 'ba', 'aab', 'abab', 'a1', '1', '12a', 'A', 'aB', '{', 'a{2}', 'a{,3}b', '}', '[', ']', '-', 'a-b',
         '&&', 'a&b', '~', '<a>', '<', '\\', 'a\\b', '.', '..', ' ', 'a b', '_', '#', 'a#b', ':', 'a:b', '$', '^', '|', '\t',
         'aaaaaaab', 'abcabc', 'x', 'xyz', 'zx', '(a)', ')', '!', '\x08', '\x1b', 'Q', 'E', "'", '"', '/', ',', 'a,b', '\x0b']
# What `re` reads in another way than PCRE, or not at all.
FOREIGN = re.compile(r'\[:|\{,|\\[zZvhHVRNKQEGceo]|\\[x0-9]|\(\?[|#JUn^]|\\p|\(\*|\(\?P?>|\[\[|--|&&|\|\||~~|\(\?x|\\g|\\k')
ATOMS = ['a', 'b', 'x', 'y', '1', '2', '-', '_', ' ', '#', ':', '/', ',', '&&', '--', '~~', '<', '>', '{', '}', ']', '{,3}', '{a}', '{1',
         '.', '.', '.', r'\d', r'\D', r'\w', r'\W', r'\s', r'\S', r'\b', r'\B', '^', '$', r'\A', r'\Z', r'\z', r'\.', r'\\', r'\<', r'\>',
         r'\-', r'\{', r'\[', r'\]', r'\#', r'\&', r'\~', r'\/', r'\:', r'\_', r'\ ', r'\t', r'\e', r'\a', r'\x41', r'\x{61}', r'\x', r'\0', r'\061',
         r'\Qa.b\E', r'\Q{\E', r'\E', r'\h', r'\H', r'\v', r'\V', r'\R', r'\N', r'\K', r'\G', r'\cA', r'\o{141}', 
         '(?#note)', '(?i)', '(?-i)', '(?x)', '(?s)', '(?U)', '[[:alpha:]]', '[[:^digit:]b]', 
         r'\p{L}', r'\p{^Lu}', r'\PL', r'\p{L&}', '(*FAIL)', '()', '(?:)', '|']
RARE = [r'\1', r'\2', r'\g1', r'\g{-1}', r'\T', r'\i', r'\u0041', '*', '+', '[[:foo:]]', '[:alpha:]', '(?', ')', '[', r'\x{', r'\p{Quux}']
MEMBERS = ['a', 'b', 'x', '1', '-', '&&', '--', '~~', '[', r'\]', r'\\', r'\d', r'\W', r'\s', r'\b', '^', '.', '$', '{', '|', 'a-z', '0-9', 'A-F', '+--',
           '[:alpha:]', '[:^space:]', r'\x41', r'\Q]\E', r'\-', '<', '#', ' ', r'\h', r'\e', r'\061']
RARE_MEMBERS = ['z-a', r'a-\d', r'\d-z', '[:foo:]', '[.a.]', r'\B']
QUANTIFIERS = ['*', '+', '?', '{2}', '{0,2}', '{1,}', '{,2}', '*?', '+?', '??', '{1,2}?', '*+', '++', '?+', '{2}+', '{', '{a}']
RARE_QUANTIFIERS = ['{2,1}', '**', '{70000}']
OPENINGS = ['(', '(', '(?:', '(?:', '(?=', '(?!', '(?<=', '(?<!', '(?>', '(?i:', '(?<n>', '(?P<m>', "(?'o'", '(?|', '(?-i:', '(?x:', '(?(1)', '(?^:', '(?s-i:', '(?']


def choice(dice, usual, rare):
    return dice.choice(rare if dice.random() < 0.03 else usual)


def expression(dice, depth=0):
    parts = []
    for _ in range(dice.randint(1, 4)):
        kind = dice.random()
        if kind < 0.2 and depth < 3:
            part = dice.choice(OPENINGS) + expression(dice, depth + 1) + (')' if dice.random() < 0.97 else '')
        elif kind < 0.38:
            members = ''.join(choice(dice, MEMBERS, RARE_MEMBERS) for _ in range(dice.randint(1, 3)))
            part = '[' + dice.choice(['', '', '^', ']', '^]']) + members + (']' if dice.random() < 0.97 else '')
        else:
            part = choice(dice, ATOMS, RARE)
        if dice.random() < 0.25:
            part += choice(dice, QUANTIFIERS, RARE_QUANTIFIERS)
        parts.append(part)
    return '|'.join([''.join(parts), expression(dice, depth + 1)]) if dice.random() < 0.1 and depth < 3 else ''.join(parts)


def pattern(text):
    return "[file:name MATCHES '" + text.replace('\\', '\\\\').replace("'", "\\'") + "']"


def observed(folder):
    """An observed-data for each text, whose identifier tells which."""
    objects = []
    for index, text in enumerate(TEXTS):
        file = {'type': 'file', 'spec_version': '2.1', 'id': f'file--{uuid.UUID(int=(4 << 76) + (8 << 60) + index)}', 'name': text}
        objects += [file, {
            'type': 'observed-data', 'spec_version': '2.1', 'id': f'observed-data--{uuid.UUID(int=(4 << 76) + (8 << 60) + index)}',
            'created': '2024-01-01T00:00:00.000Z', 'modified': '2024-01-01T00:00:00.000Z', 'first_observed': '2024-01-01T00:00:00Z',
            'last_observed': '2024-01-01T00:00:00Z', 'number_observed': 1, 'object_refs': [file['id']]}]
    path = Path(folder, 'observed.json')
    path.write_text(json.dumps(objects))
    return path


def by_stix(stix, path, expressions):
    """For each expression the texts that match it, or None if it is broken, or 'unsupported'."""
    checks = subprocess.run([stix, 'pattern', 'check', '--lines', '--format', 'json'], input='\n'.join(map(pattern, expressions)) + '\n',
                            capture_output=True, text=True)
    verdicts = {}
    for expression, line in zip(expressions, checks.stdout.splitlines(), strict=True):
        rules = {problem['rule'] for problem in json.loads(line)['problems']}
        assert 'syntax' not in rules, (expression, line)
        verdicts[expression] = None if 'regular-expression' in rules else 'unsupported' if 'unsupported-expression' in rules else set()
    able = [expression for expression, verdict in verdicts.items() if verdict == set()]
    arguments = [argument for expression in able for argument in ('--pattern', pattern(expression))]
    found = subprocess.run([stix, 'pattern', 'match', *arguments, '--format', 'json', '--max-bindings', '1000', str(path)], capture_output=True, text=True)
    assert found.returncode in (0, 1), found.stderr
    of = {pattern(expression): expression for expression in able}
    for line in found.stdout.splitlines():
        hit = json.loads(line)
        for binding in hit['bindings']:
            verdicts[of[hit['pattern']]].add(uuid.UUID(binding[0]['observed_data'].removeprefix('observed-data--')).int & 0xFFFF)
    return verdicts


def by_grep(expression):
    text = ''.join(text + '\n' for text in TEXTS)
    done = subprocess.run(['grep', '-naP', '-e', '(?s)' + expression], input=text, capture_output=True, text=True, env={'LC_ALL': 'C.UTF-8', 'PATH': '/usr/bin:/bin'})
    if done.returncode == 2:
        refused = ['fixed length', 'backtracking limit', 'too complicated']
        return 'unsupported' if any(part in done.stderr for part in refused) else None
    return {int(line.split(':')[0]) - 1 for line in done.stdout.splitlines() if line.split(':')[0].isdigit()}


def by_python(expression):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            compiled = re.compile(expression, re.DOTALL)
        except (re.error, OverflowError):
            return 'unsupported'
    # Python says of `\\B` that it does not hold in the empty text, PCRE that it does.
    texts = [(index, text) for index, text in enumerate(TEXTS) if text or r'\B' not in expression]
    return {index for index, text in texts if compiled.search(text)}


def main():
    stix, count, seed = sys.argv[1], int((sys.argv + ['', '', '1000'])[2] or 1000), int((sys.argv + [''] * 4)[3] or 1)
    dice = random.Random(seed)
    expressions = []
    while len(expressions) < count:
        candidate = expression(dice)
        if candidate and '\n' not in candidate and candidate not in expressions[-500:]:
            expressions.append(candidate)
    wrong, asked = [], {'grep': 0, 're': 0, 'unsupported': 0, 'broken': 0}
    with tempfile.TemporaryDirectory() as folder:
        path = observed(folder)
        for start in range(0, count, 200):
            for candidate, ours in by_stix(stix, path, expressions[start:start + 200]).items():
                if ours == 'unsupported':
                    asked['unsupported'] += 1
                    continue
                theirs = {'grep': by_grep(candidate)}
                if ours is not None and not FOREIGN.search(candidate):
                    theirs['re'] = by_python(candidate)
                asked['broken'] += ours is None
                for name, answer in theirs.items():
                    if answer == 'unsupported':
                        continue
                    asked[name] += 1
                    if name == 're' and r'\B' in candidate:
                        ours = ours - {TEXTS.index('')}
                    if answer != ours:
                        wrong.append((candidate, name, ours, answer))
    for candidate, name, ours, answer in wrong[:40]:
        show = lambda answer: answer if answer is None else [TEXTS[index] for index in sorted(answer)]
        if ours is not None and answer is not None:
            print(f'{candidate!r}: only stix {show(ours - answer)}, only {name} {show(answer - ours)}')
        else:
            print(f'{candidate!r}: stix {show(ours)}, {name} {show(answer)}')
    assert not wrong, f'{len(wrong)} answers differ'
    print(f'{count} expressions: {asked}')


main()
