"""Filled forms in our own words, and what should be read in them: text, template, fields, what the record says."""
import os

import madotest as t

FORMS = os.path.join(t.SRC, 'conf', 'forms')

JPCERT = '''お世話になっております。例示の山田です。下記のとおり報告します。

--- コンピュータセキュリティインシデント報告様式 ---
[Ver 3.02]

1. 連絡先
1-1
 名前　　　：　山田 太郎
 組織名称　：　株式会社例示
 部署名　　：　情報システム部
1-2
 電子メール：　taro＠example.co.jp
 FAX　　　：　なし

2. この報告の目的 (記入が無い場合は情報提供として扱います)
2-1
 1: 情報提供  2: 質問  3: 関係サイトへの連絡を希望
 [ 3 ]
2-2 具体的な内容
 攻撃元の管理者へ連絡をお願いします。

3. インシデント
 アクセス元IPアドレス・ホスト名：45.33.32.156 (scan.badhost.net)
 インシデント内容・状況の説明：
  SSH への総当たりがありました。

  パスワードは破られていません。
 発生したシステムのIPアドレス又はホスト名：ssh1.kaisha.co.jp
 プロトコル又はポート：22/tcp
 OS：Debian 12
 発生時刻：2026年11月20日(金) 午後9時30分
 タイムゾーン：ＪＳＴ
 ログ情報：
Nov 20 21:30:05 ssh1 sshd[811]: Failed password for root from 45.33.32.156 port 4711
Date: this line is of the log
OS: and so is this one
-- 
山田 太郎
'''

NTT = '''1. ご連絡先
 氏名       : 鈴木 花子
 組織名     : 例示大学
 部署名     : 情報基盤センター
 役職       : 助教
 電話番号   : 03-0000-0000
 FAX番号    : -
2. 対象システム
 IPアドレス : 45.33.49.119
 ホスト名   : www.daigaku.ac.jp
 OS         : FreeBSD 14
 用途・サービス : Web サーバ
3. インシデント
 インシデント種別 (1 プローブ・スキャン 2 不正中継 3 ウィルス・ワーム感染 4 不正侵入 5 サービス妨害 6 その他) : 4
 発見のきっかけ : 利用者からの連絡
 発見日時   : 令和8年11月19日 10時05分
4. アクセス元
 IPアドレス : 93.184.215.14
 ホスト名   : attacker.badhost.net
 発生日時
  タイムゾーン : JST
  発生       : 2026/11/18 23:10
  終了       : 2026/11/19 01:20:30
  NTP同期    : 有
  時刻誤差   : 1秒以内
 該当ログ(開示可能な範囲) :
  93.184.215.14 - - [18/Nov/2026:23:10:00 +0900] "GET /wp-login.php HTTP/1.1" 200
'''

IPA_ACCESS = '''コンピュータ不正アクセス届出様式

【届出者】
　住所　　　　　：　東京都千代田区0-0-0
　企業・組織名　：　例示商事
　氏名　　　　　：　佐藤 次郎
　Ｅ－Ｍａｉｌ　：　jiro@shouji.co.jp
　ＴＥＬ　　　　：　03-1111-1111

１．発見年月日　　２０２６年１１月１５日

２．システム構成
　２－１　機器等
　　　Web サーバ 2 台、ファイアウォール 1 台
　２－２　設置環境
　　　■自社内　　□データセンター　　□その他
　２－３　接続図
　　　別紙のとおり

３．被害発見経緯
　３－１　発見契機
　　　□管理者が発見　■外部からの連絡　□その他
'''

IPA_VIRUS = '''ウイルス届出様式
【届出者】
 住所: 大阪府大阪市
 企業・組織名: 例示製作所
 氏名: 高橋 三郎
 E-Mail: saburo@seisaku.co.jp
 TEL: 06-0000-0000
1 名称: EXAMPLE/Worm.A
2 発見年月日: R8.11.3
3 発見場所: 経理部の PC
4 環境情報: Windows 11
5 発見方法: ウイルス対策ソフト
6 感染経路: メールの添付ファイル
7 被害状況: PC 1 台、共有フォルダの 12 ファイル
'''

US_CERT = '''US-CERT Incident Report

Agency: Example Agency
POC name: Jane Roe
POC phone: +1 555 0100
POC email: jane.roe@agency.gov
Incident category: CAT 5
Date and time: 11/20/2026 9:30 PM EST
Source IP: 45.33.32.156, 93.184.215.14
Source port: 4711
Destination IP: 198.41.0.4
Destination port: 443
Protocol: TCP
Operating system: RHEL 9
System function: Web server
Antivirus: N/A
Location: Springfield
Detection method: IDS
Impact: none
Resolution:
  Blocked at the firewall.
'''


def filled_blank():
    """The blank form that we offer, filled in as people do it."""
    with open(os.path.join(FORMS, 'madoguchi.blank.txt'), encoding='utf-8') as file:
        text = file.read()
    answers = {'お名前 / Name:': ' 田中 四郎', '組織名 / Organization:': ' 例示銀行', 'メールアドレス / E-mail:': ' shiro@ginko.co.jp',
               '貴方の管理番号 / Your reference:': ' GINKO-77', '発見日時 / Detected:': ' 2026-11-20 08:15',
               '発生日時 / Started:': ' 2026-11-19T22:00:00Z', 'タイムゾーン / Time zone:': ' JST (+09:00)',
               '攻撃元 / Source:': ' hxxp://login.badhost[.]net/ginko/', '被害側 / Target:': ' www.ginko.co.jp',
               '状況 / What happened:': '\n 偽のログイン画面が見つかりました。\n A false login page was found.\n'}
    for label, answer in answers.items():
        assert label in text
        text = text.replace(label, label + answer)
    for box in ('関係先への連絡 / contact with others', 'フィッシング / Phishing', 'TLP:AMBER  '):
        assert '[ ] ' + box in text
        text = text.replace('[ ] ' + box, '[x] ' + box)
    return text


SPECIMENS = {
    'jpcert': (JPCERT, {
        'name': '山田 太郎', 'organization': '株式会社例示', 'department': '情報システム部', 'email': 'taro＠example.co.jp', 'fax': None,
        'purpose': 'contact', 'purpose-detail': '攻撃元の管理者へ連絡をお願いします。', 'protocol': '22/tcp', 'os': 'Debian 12',
        'source': '45.33.32.156 (scan.badhost.net)',
        'description': 'SSH への総当たりがありました。\n\n  パスワードは破られていません。',
        'logs': 'Nov 20 21:30:05 ssh1 sshd[811]: Failed password for root from 45.33.32.156 port 4711\n'
                'Date: this line is of the log\nOS: and so is this one'}, {
        'request': 'contact', 'organization': '株式会社例示', 'reporter': {'name': '山田 太郎', 'address': 'taro@example.co.jp'},
        'sources': ['45.33.32.156', 'scan.badhost.net'], 'targets': ['ssh1.kaisha.co.jp'], 'started': '2026-11-20T12:30:00Z',
        'category': None}),
    'ntt-cert': (NTT, {
        'name': '鈴木 花子', 'position': '助教', 'phone': '03-0000-0000', 'fax': None, 'target-address': '45.33.49.119', 'os': 'FreeBSD 14',
        'service': 'Web サーバ', 'category': 'intrusions:system-compromise', 'detection': '利用者からの連絡', 'source-address': '93.184.215.14',
        'ntp': 'yes', 'clock-error': '1秒以内',
        'logs': '93.184.215.14 - - [18/Nov/2026:23:10:00 +0900] "GET /wp-login.php HTTP/1.1" 200'}, {
        'category': 'intrusions:system-compromise', 'type': '不正侵入', 'sources': ['93.184.215.14', 'attacker.badhost.net'],
        'targets': ['45.33.49.119', 'www.daigaku.ac.jp'], 'detected': '2026-11-19T01:05:00Z', 'started': '2026-11-18T14:10:00Z',
        'ended': '2026-11-18T16:20:30Z', 'organization': '例示大学', 'reporter': {'name': '鈴木 花子', 'address': None}}),
    'ipa-access': (IPA_ACCESS, {
        'address': '東京都千代田区0-0-0', 'organization': '例示商事', 'name': '佐藤 次郎', 'email': 'jiro@shouji.co.jp', 'phone': '03-1111-1111',
        'detected': '２０２６年１１月１５日', 'machines': 'Web サーバ 2 台、ファイアウォール 1 台', 'environment': '自社内', 'diagram': '別紙のとおり',
        'detection': '外部からの連絡'}, {
        'detected': '2026-11-14T15:00:00Z', 'organization': '例示商事', 'reporter': {'name': '佐藤 次郎', 'address': 'jiro@shouji.co.jp'}}),
    'ipa-virus': (IPA_VIRUS, {
        'virus': 'EXAMPLE/Worm.A', 'place': '経理部の PC', 'method': 'ウイルス対策ソフト', 'path': 'メールの添付ファイル',
        'damage': 'PC 1 台、共有フォルダの 12 ファイル'}, {
        'title': 'EXAMPLE/Worm.A', 'category': 'malicious-code:infected-system', 'detected': '2026-11-02T15:00:00Z'}),
    'us-cert': (US_CERT, {
        'organization': None, 'agency': 'Example Agency', 'category': 'CAT 5', 'source-port': '4711', 'antivirus': None, 'impact': None,
        'resolution': 'Blocked at the firewall.', 'detection': 'IDS', 'location': 'Springfield'}, {
        'type': 'CAT 5', 'organization': 'Example Agency', 'sources': ['45.33.32.156', '93.184.215.14'], 'targets': ['198.41.0.4'],
        'started': '2026-11-21T02:30:00Z', 'reporter': {'name': 'Jane Roe', 'address': 'jane.roe@agency.gov'}}),
    'madoguchi': (filled_blank(), {
        'name': '田中 四郎', 'purpose': 'contact', 'tlp': 'TLP:AMBER', 'category': 'fraud:phishing', 'reference': 'GINKO-77',
        'description': '偽のログイン画面が見つかりました。\n A false login page was found.', 'logs': None, 'actions': None, 'phone': None}, {
        'request': 'contact', 'category': 'fraud:phishing', 'tlp': 'TLP:AMBER', 'id': 'GINKO-77', 'detected': '2026-11-19T23:15:00Z',
        'started': '2026-11-19T22:00:00Z', 'sources': ['hxxp://login.badhost[.]net/ginko/'], 'targets': ['www.ginko.co.jp']}),
}
