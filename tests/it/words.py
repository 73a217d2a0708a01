#!/usr/bin/env python3
"""The command line in the reader's language: help, list and a ticket in Japanese; JSON and what scripts read the same in every language;
the page's sentences as the gateway serves them. Everything that the gateway itself writes into a thread, what doctor finds and why something
is refused is said in Japanese, and stays English where scripts read it."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
import madoevents as events  # noqa: E402
import madotest as t  # noqa: E402
import madoweb as w  # noqa: E402

ENGLISH = {'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'C'}
JAPANESE = {'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'ja'}


def ask(demo, language, *words):
    saved = {name: os.environ.get(name) for name in language}
    os.environ.update(language)
    try:
        return demo.cli(*words)
    finally:
        for name, value in saved.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


# Lines that are a sentence of ours: several small English words, and nothing of Japanese.
ENGLISH_WORDS = re.compile(r"(?<![\w./-])[a-z']{2,}(?:[ ,:;]+[a-z']{2,}){2,}")


def left_over(text):
    return [line for line in text.split('\n') if ENGLISH_WORDS.search(line) and not re.search('[\u3040-\u30ff\u4e00-\u9fff]', line)
            and not re.match(r'\s+\$ |\| [^:]*$', line)]


def check_events(tap, demo, ticket):
    second = t.plain('jiro@reporter.example', t.TEAM, '迷惑メールの報告', '窓口御中\n\n迷惑メールが届きました。\n', mid=t.message_id())
    tap.equal(demo.send(second, 'jiro@reporter.example'), [250], 'another mail is taken')
    t.wait_for(lambda: len(demo.cli('list', '--json').lines) == 2, 30)
    other = next(one['number'] for one in demo.cli('list', '--json').lines if one['number'] != ticket)
    tap.equal(events.work(demo, ticket, other), [], 'it is worked on in every way')
    entries = [one for number in (ticket, other) for one in demo.show(number)['thread'] if one['direction'] == 'event' or one['delivery']]
    tap.ok(len(entries) > 25 and len({event['word'] for one in entries for event in one['event']}) >= 24, 'which the threads tell',
           [(len(entries), sorted({event['word'] for one in entries for event in one['event']}))])
    tap.equal([one['text'] for one in entries if not one['event']], [], 'each line as a word, a sentence and values, too')
    for number in (ticket, other):
        said = ask(demo, JAPANESE, 'show', '--peek', number).text
        own = events.pieces(demo.show(number))
        tap.equal((sorted(piece for piece in own if piece in said), left_over(said)), ([], []), 'no sentence of the thread of %s is left in English' % number)
    said = ask(demo, JAPANESE, 'show', '--peek', ticket).text
    for words in ('自動応答: 平文 (日本語、内容なし)', '状態: 回答待ち (変更前: 対応中)。それを待つ', 'root から hanako に引き継ぎました。よろしく',
                  'フィッシング (fraud:phishing)', '閲覧を次のメンバーに限定しました: root。関係者のみ', '(メール 1 通)'):
        tap.ok(words in said, 'but: ' + words, said)


def check_verbs(tap, demo, ticket):
    for words in (('doctor',), ('policy', 'explain', ticket), ('keys', 'roll-over'), ('vault',), ('audit',), ('account',), ('retention',),
                  ('held',), ('members',), ('show', '9999'), ('state', ticket, 'rejected'), ('take', ticket), ('merge', ticket, ticket),
                  ('list', '--limit', 'x'), ('canned', 'show', 'nothing'), ('due', ticket, 'tomorrow'), ('hold', ticket), ('members', 'invite', 'hanako'), ('policy',), ('nothing',), ('held', 'show', 'x')):
        ours, theirs = ask(demo, ENGLISH, *words), ask(demo, JAPANESE, *words)
        said = theirs.text + theirs.err.decode()
        tap.equal((theirs.status, left_over(said)), (ours.status, []), '%s leaves no sentence in English' % ' '.join(words[:2]))
    said = ask(demo, JAPANESE, 'doctor').text
    tap.ok('で署名と暗号化ができます' in said and 'の期限まで' in said and 'スキーマ' in said, 'doctor says what it and the keeper found', said)
    ours, theirs = ask(demo, ENGLISH, 'doctor', '--json'), ask(demo, JAPANESE, 'doctor', '--json')
    tap.ok([one['name'] for one in theirs.lines] == [one['name'] for one in ours.lines] and len(ours.lines) > 20
           and not re.search('[\u3040-\u30ff\u4e00-\u9fff]', theirs.text), 'doctor --json does not', theirs)


def main():
    tap = t.Tap()
    path = t.short_dir('w') + '/web.sock'
    demo = t.Demo(web='unix:' + path)
    try:
        mail = t.plain('taro@reporter.example', t.TEAM, '不正アクセスの報告', '窓口御中\n\n133.1.2.77 から攻撃を受けています。\n', mid=t.message_id())
        tap.equal(demo.send(mail, 'taro@reporter.example'), [250], 'a mail is taken')
        t.wait_for(lambda: demo.cli('list', '--json').lines, 30)
        ticket = demo.cli('list', '--json').lines[0]['number']

        for words, japanese, english in (
                (('--help',), ('使い方:', 'コマンド:', '受付一覧を、更新の新しい順に表示する'), 'Usage:'),
                (('show', '--help'), ('使い方:', '未読のままにする'), 'Leave it unread'),
                (('list',), ('チケット', '状態', '担当者', '最終更新', '報告者、件名'), 'OWNER'),
                (('show', '--peek', ticket), ('状態        new (新規)、担当者 -', '署名        署名なし', '暗号化      暗号化なし', '| 差出人: taro@reporter.example',
                                              '| 件名: 不正アクセスの報告', '| インジケーター、ipv4: '), '| Subject: '),
                (('account',), ('受信合計', '一致', 'メンバーが破棄'), 'balanced')):
            said = ask(demo, JAPANESE, *words).text
            for word in japanese:
                tap.ok(word in said, '%s says %s' % (words[0], word), said)
            tap.ok(english not in said, 'and not "%s"' % english, said)
            tap.ok(english in ask(demo, ENGLISH, *words).text, 'which it says in English')

        t.wait_for(lambda: '"sent"' in demo.cli('show', '--json', '--peek', ticket).text, 30)
        for words in (('list',), ('show', '--peek', ticket), ('account',), ('held',), ('policy', 'explain', ticket), ('search', '不正')):
            ours, theirs = ask(demo, ENGLISH, *words, '--json'), ask(demo, JAPANESE, *words, '--json')
            tap.ok(ours.status == 0 and ours.out == theirs.out and len(ours.out) >= (0 if words == ('held',) else 20),
                   '%s --json is the same to the byte' % words[0], [ours, theirs])
        ours, theirs = ask(demo, ENGLISH, 'show', '--json', '9999'), ask(demo, JAPANESE, 'show', '--json', '9999')
        tap.ok(ours.status == theirs.status != 0 and ours.err == theirs.err, 'and so are errors beside it', [ours, theirs])
        theirs = ask(demo, JAPANESE, 'show', '9999')
        tap.ok(ours.status == theirs.status and theirs.err.decode().startswith('madoguchi: show: ') and 'そのようなチケットはありません' in theirs.err.decode(),
               'while people read why', theirs)
        tap.equal(left_over('say so at once\n| a stranger says so\nただ say so at once'), ['say so at once'], 'English would be found')
        check_events(tap, demo, ticket)
        check_verbs(tap, demo, ticket)
        tap.ok('Subject: ' in ask(demo, {'LC_ALL': 'C', 'LANGUAGE': 'ja'}, 'show', '--peek', ticket).text, 'in the C locale English is spoken')

        browser = w.Browser(path)
        answer = browser.get('/words.ja.json')
        words = json.loads(answer.body)
        tap.ok(answer.status == 200 and answer.header('Content-Type').startswith('application/json'), 'the page gets its sentences', answer)
        tap.equal((words.get('Queue'), words.get('{n} unread')), ('受付一覧', '未読 {n} 件'), 'in Japanese, with the names in them')
        tap.ok('Show this help' not in words and '' not in words, 'and only its own')
        tap.equal(browser.get('/words.ja.json', headers={'If-None-Match': answer.header('ETag')}).status, 304, 'which a browser keeps')
        tap.equal(browser.get('/words.xx.json').status, 404, 'there are none of a language that is not there')
    finally:
        demo.stop()
    tap.done()


main()
