/** Texts that break careless readers. */
export const HARD_TEXTS = {
  mixedSubject: '🖨️ الطابعة لا تعمل / プリンター故障 / 打印机 — «urgent» 👩‍💻',
  mixedBody:
    'مرحبا، الطابعة لا تعمل منذ الصباح 😡. プリンターが動きません。打印机无法使用。 Ünïcödé, e\u0301 (combining), zero\u200bwidth, 𝔘𝔫𝔦.',
  longSubject: `Since the maintenance last weekend ${'the order entry screen freezes when a customer has more than one delivery address, '.repeat(5)}please help`,
  roughHtml:
    '<style>p{color:red}</style><script>alert(1)</script><div><p>Line one<br>line two<br/>&nbsp;&euro; 5 &lt; 6 &amp;&amp; 7 &gt; 6' +
    '<table border=1><tr><td>a<td>b<tr><td colspan=2><ul><li>x<li>y</ul></table>' +
    '<a href="javascript:alert(2)">link</a> <a href="https://status.example/?a=1&b=2">status</a><img src="x" onerror="alert(3)"></div>',
} as const;
