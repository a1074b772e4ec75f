"""What servers write when they refuse a mail, in many languages, and what it means.

Only words: each meaning has the phrases it is known by. All are matched against
text in small letters, with addresses replaced by `<a>` and white space by one
space. Ordered lists, the first that matches wins; see judging.py for the order.
"""
# ruff: noqa: E501 (lists of phrases are read by the line)

from __future__ import annotations

import re

_USER_EN = (
    r"(?:user|recipient|recipients|mail-?box|mail box|account|address|addressee|rcpt|person|customer|subscriber|"
    r"e-?mail|username|user name|userid|login|alias|destination|member|local[- ]part|<a>|\"<a>\")"
)
_GONE_EN = (
    r"(?:unknown|(?:does|do|did)(?: ?n[o']t| not) (?:currently |seem to )?exist|doesnt exist|not exist|not exists|"
    r"(?:was |were |is |are )?not found|"
    r"(?:could|can|was|were)(?: ?n[o']t| ?not) be (?:found|located|resolved)|wasn't found|isn't found|no longer exists?|"
    r"no longer (?:available|valid|in use|on (?:this )?server|a (?:customer|user|member|valid))|"
    r"(?:is|was|are) (?:not valid|invalid|not a (?:known|valid|local)|not (?:known|recogni[sz]ed|registered|listed|local|here)|"
    r"unknown|undefined|nonexistent|no valid)|invalid|not known|not recogni[sz]ed|nonexistent|non-existent|"
    r"not a (?:known|valid|local)|"
    r"is(?:n't| not) (?:a (?:known|valid|local)|an active address|in (?:the|our)|listed)|not listed|not in (?:the|our|my)|"
    r"has been (?:deleted|removed|terminated|cancell?ed)|not defined|undefined|is not on (?:this|the|our) (?:server|system)|"
    r"unrecogni[sz]ed|not local|unresolvable|is no longer)"
)

NO_USER = [
    # English, the noun second
    r"(?:no such|unknown|invalid|non-?existent|unrecogni[sz]ed|illegal|undefined|not an? (?:known|valid|existing|local)|bad|no)"
    r" (?:local |virtual |e?-?mail |recipient |destination |to |smtp |rcpt |final |such |delivery )*"
    r"(?:user|recipient|mail-?box|mail box|account|address|addressee|person|rcpt|customer|member|subscriber|alias|"
    r"username|name|userid|destination mailbox|local part|entry|one)s?\b(?! or password)",
    rf"{_USER_EN}(?:\(s\))?\b[^.;!?]{{0,60}}?\b{_GONE_EN}",
    rf"<a>[^.;!?\w]{{0,8}}{_GONE_EN}",
    r"no mail-? ?box (?:found|here|available|by|with)",
    r"not our customer|no one (?:here )?by that name|no account (?:here )?(?:by|with) (?:that|this) (?:name|address)",
    r"does(?:n't| not) have an? .{0,40}account",
    r"there is no (?:one|user|account|mailbox|such)",
    r"no (?:local )?(?:mailbox|user|account|recipient|person|such) (?:here|by|named|called|at this|in this|on this|of)",
    r"couldn't find (?:the )?(?:user|recipient|mailbox|address)",
    r"unable to (?:find|locate|look up|resolve) (?:the )?(?:user|recipient|mailbox|address|account)",
    r"(?:cannot|can't|could not) (?:find|locate|resolve|verify) (?:the )?(?:user|recipient|mailbox|account|your recipient)",
    r"unrout(?:e)?able address",
    r"unable to validate recipient|recipient verification failed|failed to validate recipient",
    r"recipnotfound|recipient ?not ?found|badrcptto|bad_recipient|nosuchuser|no-such-user|userunknown|user_unknown",
    r"e-mail account does not exist at the organization|directory entry not found|not listed in .{0,30}(?:address book|directory)",
    r"no match(?:es)? (?:to|for|found|in)|did not (?:exactly )?match an?|matches? no (?:known )?(?:user|account|mailbox)",
    r"undeliverable address|this address does not receive|addressee unknown|no recipients? with",
    r"recipient(?:'s)? address (?:rejected: )?(?:unknown|unverified|undeliverable|does not exist)",
    r"(?:recipient )?address rejected: (?:user|unknown|undeliverable|no such|.{0,30}not (?:found|exist|listed))",
    r"user not (?:found|known|exist|registered|local)|user (?:does not|doesn't) exist|account not found|deleted user",
    r"(?:is )?not a (?:known|valid|registered|local) (?:user|recipient|mailbox|address|account)",
    r"no valid recipients?|all recipients (?:were )?invalid|there was a recipient problem",
    # German
    r"(?:benutzer|nutzer|empf(?:ä|ae)nger\w*|postfach|e-?mail-?adresse|adresse|adressat|mailbox|konto|teilnehmer|account)\b[^.;!?]{0,60}?"
    r"(?:unbekannt|existiert nicht|nicht gefunden|nicht bekannt|nicht vorhanden|nicht (?:mehr )?existent|ungültig|"
    r"gibt es nicht|nicht (?:mehr )?gültig|nicht zugestellt werden, da sie nicht)",
    r"unbekannte(?:r|s)? (?:benutzer|empf(?:ä|ae)nger|adresse)|kein(?:e|en)? (?:solche[rs]? )?(?:benutzer|empf(?:ä|ae)nger|postfach)",
    # French
    r"(?:utilisateur|destinataire|adresse|bo[iî]te|compte|correspondant|usager)\b[^.;!?]{0,60}?"
    r"(?:inconnue?|n['’ ]existe (?:pas|plus)|introuvable|non trouvée?|invalide|inexistante?|pas valide|n['’]a pas été trouv)",
    # Spanish, Portuguese, Italian, Catalan
    r"(?:usuario|destinatario|direcci[oó]n|buz[oó]n|cuenta|casilla|correo)\b[^.;!?]{0,60}?"
    r"(?:desconocid[oa]|no existe|no (?:se )?(?:ha sido |fue |pudo ser )?encontr|inexistente|no es v[aá]lid|inv[aá]lid|no v[aá]lid)",
    r"(?:usu[aá]rio|destinat[aá]rio|endere[cç]o|caixa|conta)\b[^.;!?]{0,60}?"
    r"(?:desconhecid[oa]|n[aã]o existe|inexistente|n[aã]o (?:foi )?encontrad|inv[aá]lid|n[aã]o [eé] v[aá]lid)",
    r"(?:utente|destinatario|indirizzo|casella|account)\b[^.;!?]{0,60}?"
    r"(?:sconosciut[oa]|non esiste|inesistente|non (?:è stat[oa] )?trovat|non (?:è )?valid|non disponibile)",
    # Russian, Belarusian, Ukrainian
    r"(?:пользовател\w*|адресат\w*|получател\w*|почтов\w+ ящик\w*|ящик\w*|адрес\w*|уч[её]тн\w+ запис\w+|аккаунт\w*)[^.;!?]{0,60}?"
    r"(?:не существу|не найден|неизвест|не зарегистрирован|отсутству|удал[её]н|недействител|не обнаружен|не удалось найти|нет на сервере)",
    r"нет такого (?:пользователя|адреса|адресата|ящика|получателя)|нет такой (?:почты|записи)|несуществующ|неизвестный (?:пользователь|адресат|получатель)|такого (?:пользователя|адреса|ящика) нет|"
    r"не удалось найти (?:адрес|получател|пользовател|почтовый)",
    r"(?:карыстальнік\w*|карыстач\w*|атрымальнік\w*|адрасат\w*|скрын\w*|адрас\w*)[^.;!?]{0,60}?(?:не існу|не знойдзен|невядом|адсутніча|выдален|не зарэгістраван)",
    r"няма так(?:ога|ой) (?:карыстальніка|адраса|скрыні|скрынкі|атрымальніка|адрасата)",
    r"(?:користувач\w*|одержувач\w*|отримувач\w*|скриньк\w*|адрес\w*)[^.;!?]{0,60}?(?:не існу|не знайден|невідом|відсутн|видален)",
    # Polish, Czech, Slovak, Hungarian, Romanian, Bulgarian, Serbian
    r"(?:użytkownik\w*|odbiorc\w*|adres\w*|skrzynk\w*|kont[oa]\w*)\b[^.;!?]{0,60}?(?:nie istniej|nieznan|nie znalezion|nie został znalezion|niepoprawn)",
    r"(?:brak|nie ma) (?:takiego |tu takiego )?(?:użytkownika|konta|adresu|odbiorcy|skrzynki)",
    r"(?:uživatel\w*|příjemc\w*|schránk\w*|adres\w*|používateľ\w*|príjemc\w*)[^.;!?]{0,60}?(?:neexistuj|nenalezen|neznám|nebyl\w* nalezen|nenájden)",
    r"(?:címzett|felhasználó|postafiók)[^.;!?]{0,50}?(?:nem létezik|ismeretlen|nem található)",
    r"(?:utilizator\w*|destinatar\w*|adres\w*|căsuț\w*)[^.;!?]{0,50}?(?:nu exist|necunoscut|inexistent)",
    # Dutch, Nordic, Baltic, Turkish, Greek
    r"(?:gebruiker|ontvanger|adres|mailbox|postvak)\b[^.;!?]{0,50}?(?:onbekend|bestaat niet|niet gevonden|ongeldig)",
    r"(?:användare\w*|mottagare\w*|adress\w*|bruker\w*|mottaker\w*|modtager\w*|brevl\w*)\b[^.;!?]{0,50}?"
    r"(?:okänd|finns inte|hittades inte|existerar inte|ukjent|finnes ikke|ikke funnet|ukendt|findes ikke)",
    r"(?:vastaanottaja\w*|käyttäjä\w*|osoite\w*|postilaatikko\w*)[^.;!?]{0,50}?(?:tuntematon|ei löydy|ei ole olemassa|ei löytynyt)",
    r"(?:lietotāj\w*|adresāt\w*|saņēmēj\w*|vartotoj\w*|gavėj\w*|kasutaja\w*|saaja\w*)[^.;!?]{0,50}?"
    r"(?:neeksist|nav atrast|nezinām|neegzistuoja|nerastas|nežinom|ei eksisteeri|ei leitud|tundmatu)",
    r"(?:kullanıcı|alıcı|adres|hesap|posta kutusu)\w*[^.;!?]{0,50}?(?:bulunamadı|bilinmiyor|mevcut değil|geçersiz|yok)",
    # Japanese, Chinese, Korean
    r"(?:ユーザ|宛先|受信者|アドレス|あて先|送信先|宛て先|受取人)[^。]{0,40}?(?:見つかりません|見つからな|存在しません|存在しない|存在いたしません|不明|ありません|間違|無効|登録されていません)",
    r"(?:用户|收件人|收信人|帐号|账号|帳號|邮箱|地址|信箱|使用者)[^。]{0,30}?(?:不存在|未找到|无效|找不到|無效|没有找到|沒有)",
    r"(?:사용자|수신자|받는 사람|주소|계정)[^.]{0,30}?(?:존재하지|없습니다|찾을 수 없|없는)",
]

NO_HOST = [
    r"(?:host|host ?name|domain|domain name|mail server|system|server|site)s?\b[^.;!?]{0,50}?"
    r"\b(?:unknown|not found|(?:does|do)(?: ?n[o']t| not) exist|doesn't exist|isn't found|couldn't be found|could not be found|"
    r"can(?:not|'t) be found|has no (?:mx|dns|mail)|not resolve|unresolvable|unresolveable|is invalid|not known|nonexistent|non-existent)",
    r"(?:unknown|no such|non-?existent|invalid|unresolvable|bad) (?:local |mail |e-?mail |destination |remote |recipient |internet )?(?:host|domain|hostname|mail domain|server name)",
    r"name or service not known|nxdomain|no (?:mx|a|dns) records?\b|no mx or a|non-?existent ?domain|nonexistentdomain|no mail exchanger",
    r"(?:couldn't|could not|can't|cannot|unable to) (?:find|locate|resolve)[^.;!?]{0,30}?(?:host|domain|mx|mail exchanger|a record|server|ip address)",
    r"unrout(?:e)?able mail domain|illegal host/domain|domain not exist|couldn't find any host",
    r"all relevant mx records point to non-existent|no (?:route|path) to domain|not a valid domain|no data known for",
    r"(?:домен\w*|узел|хост\w*|сервер\w*)[^.;!?]{0,40}?(?:не существу|не найден|неизвест|не знойдзен|не існу)",
    r"(?:domaine?|dom(?:i|í)nio|dom(?:e|é)na|domän|serveur|servidor|rechner|hôte|domena)\b[^.;!?]{0,40}?"
    r"(?:inconnu|n['’ ]existe pas|introuvable|no existe|n[aã]o existe|non esiste|desconocid|inexistente|existiert nicht|nicht gefunden|unbekannt|nie istnieje|neexistuj)",
    r"ドメイン[^。]{0,30}?(?:見つかりません|存在しま)|ホスト[^。]{0,20}?見つかりません|(?:域名|主机)[^。]{0,20}?(?:不存在|找不到)",
]

MOVED = [
    r"(?:user|recipient|he|she|account|address|mailbox|<a>) (?:has |have )?(?:moved|relocated)\b|has changed (?:his|her|its|their)? ?(?:e-?mail )?address",
    r"no longer (?:works|employed|with (?:us|the|this))|has left (?:the|our|this)|user not local; (?:please )?(?:try|forward)",
    r"(?:address|account|mailbox) (?:is )?no longer (?:accepts?|active|receives?|used)|mailbox no longer used",
    r"this address no longer accepts mail|recipient no longer on server",
]

REFUSES_ALL = [
    r"null ?mx|domain (?:does not|doesn't|that does not) accept (?:any )?(?:e?-?mail|mail)|does not accept any mail|no mail accepted for this domain",
    r"(?:host|domain|server)[^.;!?]{0,30}? does not (?:accept|receive) (?:e?-?mail|mail)",
]

FULL = [
    r"over ?-?quota|quota (?:exceed|reached|full|violation|limit|is full)|\w*quota\w*[^.;!?]{0,30}(?:exceed|full|reached|over)|(?:exceed|over|out of|beyond|reached)\w*[^.;!?]{0,60}(?:quota|storage|mailbox (?:size|limit)|disk space|allowed space)",
    r"(?:mail-?box|mail box|inbox|mail ?folder|mail directory|account|maildir|folder|mailspool|mailstore)[^.;!?]{0,40}? (?:is |are )?(?:currently |too |almost |temporarily )?full\b",
    r"mailbox (?:has )?exceeded|full mail-?box|mailbox too large|mailbox would exceed|maildir (?:delivery failed: )?over",
    r"(?:not enough|not have enough|n't have enough|insufficient|no|out of|lack of) (?:disk |storage |mailbox |system |free |mail )*(?:storage|space|quota)\b",
    r"(?:storage|disk|mailbox|space) (?:limit|allocation|allotment|quota)\b|quota_?exceeded|overquota|diskquota",
    r"too (?:many messages|much (?:mail|data)) (?:in|on|for|stored)|user has too many messages|errno=28\b|\bfull mailbox",
    r"status: (?:4|5)\.2\.2|out of storage|storage full|\bquota\b",
    r"(?:postfach|mailbox|speicherplatz|kontingent|postkasten)[^.;!?]{0,50}?(?:\bvoll\b|überfüllt|überschritten|erschöpft|überlastet)",
    r"(?:bo[iî]te|messagerie|quota|espace)[^.;!?]{0,60}?(?:pleine?|satur|dépass)",
    r"(?:buz[oó]n|casilla|bandeja|cuenta|caixa|casella|cuota|cota)[^.;!?]{0,60}?(?:llen[oa]|excedid|super[oó]|cheia|lotada|excedeu|pien[ao]|satur[oa])",
    r"(?:ящик\w*|скрын\w*|скриньк\w*|квот\w*|лимит\w*|места|месца)[^.;!?]{0,60}?(?:перепол\w+|перапоўн\w+|превышен\w*|перавышан\w*|исчерпан\w*|нет места|недостаточно|заполнен\w*)|"
    r"переполнен\w*|превышен\w* (?:квот|размер ящика|лимит ящика)|недостаточно места|перапоўнен\w*",
    r"(?:skrzynk\w*|konto|schránk\w*|limit)[^.;!?]{0,60}?(?:przepełnion|pełn[aey]|przekroczon|přeplněn|\bpln[áé])",
    r"(?:postvak|brievenbus|inkorg|brevlåda|postkasse|posta kutusu|kota)[^.;!?]{0,50}?(?:\bvol\b|\bfull\b|fyldt|dolu|aşıldı|full)",
    r"(?:メールボックス|容量|受信箱)[^。]{0,40}?(?:一杯|いっぱい|満杯|超え|超過|オーバー|不足)|(?:邮箱|信箱|空间|容量)[^。]{0,30}?(?:已满|已滿|不足|超过|超出|爆满)|편지함[^.]{0,30}?(?:가득|초과)|용량[^.]{0,20}초과",
]

SIZE = [
    r"(?:message|mail|e-mail|email|attachment|content|it|size|data|letter)\b[^.;!?]{0,50}?\b(?:is |was |are )?(?:too (?:large|big|long)|exceed\w*[^.;!?]{0,40}(?:size|limit|maximum))",
    r"(?:message|maximum|max|fixed|header|attachment|file) (?:message |file |mail |allowed )*size (?:exceed|limit|violation)|size limit|exceeds (?:the )?(?:maximum|fixed|permitted|allowed|server|limit|size)",
    r"too (?:large|big) (?:for|message)|sizelimit|message size|message length exceeds|\bmesgtoobig|line (?:is )?too long",
    r"слишком (?:большо|велик)|занадта вялік|превышает (?:допустим|максимальн|размер)|zu gro(?:ß|ss)|trop (?:volumineux|gros|grand)|demasiado grande|muito grande|troppo grande|zbyt duż|サイズが|容量制限|太大",
]

SENDER = [
    r"(?:sender|from|envelope[- ]from|return[- ]path|mail from|reverse[- ]path)[^.;!?]{0,50}?(?:rejected|verify failed|verification|unknown|does(?: ?n[o']t| not) (?:exist|resolve)|not (?:exist|found|allowed|valid|permitted|authori)|invalid|denied|refused|blocked|must|unresolvable|must resolve|no mx)",
    r"(?:invalid|bad|unknown|unresolvable|unverified|forged|fake) (?:sender|from|return|envelope|mail from)|sender id\b|domain of sender|senderdeniedlist|notauthorized|resolver\.rst|not authori[sz]ed to send|verify sender|callback|callout",
    r"cannot (?:verify|resolve|find) (?:the )?(?:sender|your)|your (?:domain|host|sender|mail server|e?-?mail address|address|hostname|reverse)\b[^.;!?]{0,30}",
]

SPAM = [
    r"\bspam|\bunsolicited|\bbulk (?:mail|e-?mail)|\bublk|\bjunk|blacklist|black list|black-list|blocklist|block list|block-list|denylist|\bdnsbl|\brbl\b|\brbls|\buribl|\bsurbl|spamhaus|spamcop|\bsorbs|barracuda|\bcbl\b|\bzen\.|mail-abuse|\bdul\b|proofpoint|cloudmark",
    r"\breputation|\bphish|\bvirus|\binfected|\bmalware|\bmalicious|\btrojan|\bworm\b|suspicious|\bbanned\b|\bcontent (?:rejected|denied|filter|reject|not|restriction|violat|refused)|message (?:content |was |is |has been )?(?:rejected|refused|blocked|filtered) (?:due|because|as|by|for)",
    r"\bdmarc|\bdkim|\bspf\b|sender policy framework|unauthenticated|authentication (?:required|is required|check|failed|information|results)|requires? authentication|must authenticate|not authenticated|reverse (?:dns|lookup|mapping|address)|\brdns|\bptr\b|\bhelo\b|\behlo\b|fcrdns",
    r"гр[ae]й|спам|нежелательн|спаму|вирус|вірус|unerwünscht|indésirable|no deseado|迷惑メール|垃圾邮件|스팸",
    r"administrative (?:prohibition|reason|lock|policy)|(?:local|site|security|company|message|mail|e-?mail|content|our|system|anti|server|recipient|inbound|domain|acceptable)[- ]?(?:mail |use |spam )?polic(?:y|ies)|policy (?:reason|violation|reject|restriction|analysis|based|block)|for policy|due to (?:a )?polic|policy\b",
    r"gr[ae]y-?list|greylist|graylist|postgrey",
    r"(?:host|ip|client|connection|address|server|network|domain|mail|e-?mail|sender|message|you|url|link)s?\b[^.;!?]{0,40}? (?:is |are |was |has been |have been |were )?(?:temporarily |currently |permanently )?(?:blocked|block\b|listed (?:in|on|by|at)|blackholed|denied|banned|restricted)|blocked (?:by|using|for|due|from|because)|\bblocked\b",
    r"attachments? (?:type|not|are|is|with|of|in)|(?:forbidden|executable|prohibited|dangerous|unacceptable|illegal) (?:attachment|content|file|extension)|mime|not accepting mail with attachments|embedded images|\bsubject\b[^.;!?]{0,30}(?:forbidden|reject)",
    r"white-?list|challenge|tmda|verification (?:link|page|process)|confirm that you|refused by|abuse\b",
]

RATE = [
    r"too many|rate[- ]limit|throttl|too (?:fast|often|frequent)|rate (?:exceeded|has been|of)|exceed\w*[^.;!?]{0,40}(?:rate|connections|recipients|messages per|sending|hourly|daily|number of|limits?)|unusual rate|connection limit|receiving mail at a rate|daily (?:limit|quota)|user is receiving mail|concurren",
]

RELAY = [
    r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not|prohibited|disallowed|forbidden)|(?:unable|not (?:allowed|permitted|authori[sz]ed)|refuse\w*|cannot|denied|do not|don't|no|not an? open|not a) to? ?relay|\brelaying\b|not permitted to relay|we do not relay|rcpthosts|not a gateway|not in my list of allowed|not (?:a )?(?:local|relay) (?:domain|host)",
]

SUSPENDED = [
    r"(?:account|mail-?box|user|recipient|address|e-?mail|domain|<a>|customer|login|profile)\b[^.;!?]{0,60}?\b(?:suspended|disabled|deactivated|inactive|in-active|not active|not activated|locked|frozen|blocked|on hold|closed|discontinued|expired|unavailable for|not allowed to receive|de-activated)",
    r"\b(?:suspended|disabled|deactivated|inactive|not active|locked|closed|expired) (?:user|mail-?box|account|recipient|address|e-?mail|domain)|\[suspend\]|account (?:is |has been )?(?:disabled|suspended)",
    r"deaktiviert|gesperrt|désactivé|desactivad|bloquead|disattivat|заблокирован|отключ[её]н|неактив|забл(?:а|о)кір|адключан|zablokowan|nieaktywn|停止|無効になって",
]

TROUBLE = [
    r"try (?:again|later)|temporar|greylisted|deferred|not (?:currently|now) available|please retry|retry (?:later|time|timeout)|will (?:be )?retr|still (?:being )?(?:trying|queued)|delayed|could not be delivered (?:for|in|within)|has not been delivered|has not yet|in the queue|queue too long|too long|undelivered for|give up|giving up",
    r"time-? ?d? ?-?out|timeout|timed out|expired|lost connection|connection (?:refused|reset|lost|dropped|died|failed|closed|timed|broken|rejected|failure|was|to|error|with|frequency)|no route to host|unreachable|could not connect|unable to connect|couldn't connect|cannot connect|establish an? smtp connection|network (?:is|error|problem)|host (?:is )?down|not responding|not answer|no answer|did not respond|remote host said: 4|broken pipe|\bi/o error|read error|write error",
    r"service (?:is )?(?:currently |temporarily )?(?:un|not )available|not (?:been )?collected|failing for a long time|command died|encountered an error|failed \d+ attempts|attempts? (?:failed|made|exceeded)|not unique|several matches|ambiguous|find a gateway|maximum delivery|not reachable|unable to take delivery|unavailable to take delivery|was aborted after",
    r"loop|too many hops|hop count|routing (?:error|loop)|mail routing|forwarding|alias|redirect|unsupported|cannot (?:append|write|open|update|exec)|lock (?:failed|mailbox)|permission denied|program (?:returned|failed)|exec(?:ution)?\b|unknown mailer error|mailer (?:error|failure)|pipe|service (?:not )?(?:un)?available|system (?:error|problem|resources|config|failure|incorrectly)|internal (?:error|server|software)|server (?:error|is|busy|not|down|too|config)|resources|out of memory|\bmemory\b|overload|too busy|busy|shutting down|maintenance|local (?:error|config|problem)|config(?:uration)? (?:error|problem)|disk (?:error|full)|no space left|protocol (?:error|violation)|bad sequence|syntax error|command (?:not|unrec|rej)|starttls|\btls\b|\bssl\b|certificate|8bit|smtputf8|conversion|not support|unimplemented|transaction failed|lookup (?:failed|failure)|name server|nameserver|dns (?:error|failure|problem|lookup|temp)|resolution",
    r"access (?:is )?denied|denied|not permitted|not allowed|prohibited|forbidden|restricted|unauthori[sz]ed|not authori[sz]ed|authori[sz]ation|permission|rejected|refused|not accepted|not accept|declined|disallowed|blocked|filter|unacceptable|security|reject",
    r"zeitüberschreitung|vorübergehend|später|verzögert|temporaire|réessayer|délai|plus tard|temporal|m[aá]s tarde|reintent|temporane|tempor[aá]ri|временн|позже|повторн|задерж|часова|пазней|отклон[её]н|адхілен|отказ|запрещ|опóźnion|tymczasow|později|dočasn|tijdelijk|tillfällig|時間をおいて|一時的|遅延|拒否|稍后|拒绝|拒收",
]

#: What servers have said for "nobody here" since RFC 821, and sometimes for less.
UNAVAILABLE = [
    r"mailbox (?:is )?unavailable(?! or access)|mailbox not available|recipient unavailable|user unavailable"
]

#: Weak signs of a user who isn't there: trusted only where nothing else is said.
PERHAPS_NO_USER = [
    r"recipient (?:address )?rejected\b|recipient refused|rejected recipient|address rejected|user rejected|rcpt (?:to )?(?:rejected|refused)",
    r"(?:could not|cannot|can't|couldn't|unable to) (?:be )?deliver(?:ed)? to (?:mailbox|<a>|this recipient|user)",
]

#: Domain names that can't be looked up just now are another matter than those that don't exist.
NOT_NOW = re.compile(r"try again|temporar|timed? ?out|timeout|servfail|name server (?:failure|error|problem)|later\b")


def compiled(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
