// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * look - shows pages in headless Chromium: wide and narrow, light and dark, and on paper
 *
 * Usage: node look.mjs TOOLS CHROMIUM PAGE...      TOOLS: a directory with node_modules
 * Prints what is wrong, and last how much was looked at. A page that does everything wrong goes
 * first: what it does not set off is no check.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [tools, chromium, ...pages] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(tools), 'x.js'));
const puppeteer = require('puppeteer-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const views = [];
for (const theme of ['light', 'dark'])
	for (const [name, width, height] of [['desktop', 1280, 800], ['phone', 390, 844]])
		views.push({ theme, name, width, height });

const control = `<html><head><meta name="viewport" content="width=device-width"></head>
<body style="background:#fff"><h4 style="color:#eee">x</h4><img src="http://192.0.2.1/x.png">
<p style="width:900px">wide</p><pre class="command"><code>a\nb</code></pre>
<details><summary>more</summary><p>hidden on paper</p></details>
<article style="background:#000!important">dark on paper</article>
<script>console.log('said'); setTimeout(() => alert(1), 0)</script></body></html>`;
const kinds = ['console', 'request', 'dialog', 'overflow', 'axe', 'copy', 'paper: folded', 'paper: dark'];

/* What the page does by itself, from its loading on. */
function watch(page, url, complain) {
	page.on('console', m => complain('console', m.text()));
	page.on('pageerror', e => complain('console', e.message));
	page.on('dialog', d => { complain('dialog', d.message()); return d.dismiss(); });
	page.on('request', r => r.url() !== url && complain('request', r.url()));
}

/* Everything that is folded counts, too: it is opened first. */
async function check_accessible(page, complain) {
	await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
	await page.evaluate(axe);
	const { violations, passes } = await page.evaluate(() => window.axe.run(document));
	for (const v of violations)
		complain('axe', `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' | ')}`);
	if (passes.length < 5)
		complain('axe', `looked at almost nothing: ${passes.length}`);
}

async function check_width(page, view, complain) {
	const { wide, who } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth,
		who: [...document.querySelectorAll('body *')].find(e => e.getBoundingClientRect().right > innerWidth + 1 &&
			!e.closest('.scroll'))?.outerHTML.slice(0, 200),
	}));
	if (wide > view.width)
		complain('overflow', `${wide} pixels of ${view.width}: ${who}`);
}

/* A click takes the command as it is: whole, one line, nothing else. */
async function check_copy(page, complain) {
	await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
	const broken = await page.evaluate(() => [...document.querySelectorAll('.command code')].filter(c =>
		getComputedStyle(c).userSelect !== 'all' || c.innerText !== c.textContent || c.textContent.includes('\n'))
		.map(c => c.textContent));
	for (const text of broken)
		complain('copy', text);
	const first = await page.$('.command code');
	if (!first || broken.length > 0)
		return;
	await first.click();
	const [taken, text] = await page.evaluate(c => [String(getSelection()), c.textContent], first);
	if (taken !== text)
		complain('copy', `"${taken}" instead of "${text}"`);
}

async function check_paper(page, complain) {
	await page.emulateMediaType('print');
	const found = await page.evaluate(() => {
		document.querySelectorAll('details').forEach(d => { d.open = false; });
		const bright = e => (getComputedStyle(e).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
		return {
			folded: [...document.querySelectorAll('details > :not(summary)')].filter(e => !e.checkVisibility({ contentVisibilityAuto: true }) ||
				e.getBoundingClientRect().height === 0).length,
			dark: [...document.querySelectorAll('body, article, pre, .badge, .verdict')].filter(e => {
				const [r, g, b, a = 1] = bright(e);
				return a > 0 && r + g + b < 600;
			}).length,
		};
	});
	if (found.folded > 0)
		complain('paper: folded', found.folded);
	if (found.dark > 0)
		complain('paper: dark', found.dark);
	await page.emulateMediaType('screen');
}

async function look(browser, url, view, complain) {
	const page = await browser.newPage();
	watch(page, url, complain);
	await page.setViewport({ width: view.width, height: view.height, isMobile: view.name === 'phone' });
	await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: view.theme }]);
	await page.goto(url, { waitUntil: 'load' });
	await check_copy(page, complain);
	await check_width(page, view, complain);
	await check_accessible(page, complain);
	await check_width(page, view, complain);
	await check_paper(page, complain);
	await page.close();
}

async function check_control(browser, dir) {
	const file = path.join(dir, 'control.html'), seen = new Set();
	fs.writeFileSync(file, control);
	await look(browser, pathToFileURL(file).href, views[1], kind => seen.add(kind));
	return kinds.filter(k => !seen.has(k));
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'look-'));
const browser = await puppeteer.launch({
	executablePath: chromium, pipe: true, userDataDir: dir,
	args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
let wrong = 0;
try {
	for (const kind of await check_control(browser, dir)) {
		console.log(`the bad page did not set off: ${kind}`);
		wrong++;
	}
	for (const file of pages)
		await Promise.all(views.map(view => look(browser, pathToFileURL(path.resolve(file)).href, view, (kind, text) => {
			console.log(`${path.basename(file)}, ${view.name}, ${view.theme}: ${kind}: ${text}`);
			wrong++;
		})));
} finally {
	await browser.close();
	fs.rmSync(dir, { recursive: true, force: true });
}
console.log(`${pages.length} pages in ${views.length} views, ${kinds.length} kinds of fault looked for, ${wrong} found`);
process.exit(wrong > 0 ? 1 : 0);
