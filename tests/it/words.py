#!/usr/bin/env python3
"""The command line in the reader's language: help, list and a ticket in Japanese; JSON and what scripts read the same in every language;
the page's sentences as the gateway serves them."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib'))
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
                (('--help',), ('使い方:', '動詞:', '受付一覧を、更新の新しい順に表示する'), 'Usage:'),
                (('show', '--help'), ('使い方:', '未読のままにする'), 'Leave it unread'),
                (('list',), ('チケット', '状態', '担当者', '最終更新', '報告者、件名'), 'OWNER'),
                (('show', '--peek', ticket), ('状態        new、担当者 -', '署名        署名なし', '暗号化      暗号化なし', '| 差出人: taro@reporter.example',
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
        ours, theirs = ask(demo, ENGLISH, 'show', '9999'), ask(demo, JAPANESE, 'show', '9999')
        tap.ok(ours.status == theirs.status != 0 and ours.err == theirs.err, 'and so are errors', [ours, theirs])
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
