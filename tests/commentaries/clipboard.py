"""What Word and Google Docs put on the clipboard as HTML, as a browser hands it to a page."""

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm;} --></style></head>
<body lang=RU style='tab-interval:35.4pt'><!--StartFragment-->
<h2 style='mso-style-next:Normal'><b>Head<o:p></o:p></b></h2>
<p class=MsoNormal style='text-align:justify'><span lang=EN-US style='font-family:"Times New Roman"'>One <b
style='mso-bidi-font-weight:normal'>bold</b><o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraph style='text-indent:-18.0pt'><a href="https://example.org/" target="_blank">link</a>
<st1:place w:st="on">Minsk</st1:place><del cite="mailto:Secret">gone</del><ins cite="mailto:Secret">came</ins>
<span style='mso-special-character:comment'><a href="#_msocom_1">[1]</a></span></p>
<p><a href="javascript:alert(1)" onclick="x()">bad</a></p>
<!--EndFragment--></body></html>"""

GOOGLE = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1234">
<p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;color:#000000;">Plain </span>
<span style="font-weight:400">and\u00a0more\u200b</span></p><br>
<ul style="margin-top:0;"><li dir="ltr" style="list-style-type:disc;" aria-level="1">
<p dir="ltr" role="presentation"><span style="font-weight:400">item</span></p></li></ul>
<p dir="ltr"><a href="https://example.org/x" style="text-decoration:none;">
<span style="color:#1155cc;font-weight:400">link</span></a></p></b>"""

MEANING = """<html><body><!--StartFragment-->
<p class=MsoNormal>10<sup>6</sup> м<span style='vertical-align:super'>2</span> <s>struck</s><del>gone</del>
<span style='display:none;mso-hide:all'>hidden</span>link
<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title=""><span class=MsoFootnoteReference>[1]</span></a>
<a href="/desk/x/">desk</a></p>
<table><tr><td>cell <a href="https://example.org/t">t</a></td><td>two</td></tr></table>
<div style='mso-element:footnote-list'><div style='mso-element:footnote' id=ftn1>
<p class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href="#_ftnref1" name="_ftn1" title="">[1]</a> Note.</p>
</div></div><!--EndFragment--></body></html>"""
