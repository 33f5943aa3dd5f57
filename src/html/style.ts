// The look of an exported page: the dashboard's, in a browser. Colours are the themes' variables (colours.ts).

import { colourStyle } from "./colours.ts";

const INKS = [
  ..."text muted tcp udp dns http icmp arp protocol error warn ok info sim pending number string".split(" "),
  ..."link network transport payload other series-0 series-1 series-2 series-3 series-4 series-5".split(" "),
  ..."faint strong accent".split(" "),
];

const FRAME = `
*{box-sizing:border-box}
html{font:13px/1.5 ui-monospace,"JetBrains Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--ground-ground);color:var(--text)}
body{margin:0;height:100vh;height:100dvh;display:grid;grid-template:auto minmax(0,1fr) auto/minmax(0,1fr);overflow:hidden}
button,select,input{font:inherit;color:inherit;background:none;border:0;border-radius:4px}
button{cursor:pointer;padding:2px 8px}
button:hover{background:var(--tab-ground);color:var(--on-tab)}
select{background:var(--input-ground);padding:2px 4px;max-width:100%}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
h1,h2,h3,p,ul,dl,dd,figure{margin:0;padding:0}
ul{list-style:none}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:2px 10px;background:var(--bar-ground);padding:4px 12px}
.brand{background:var(--brand-ground);color:var(--on-brand);font-weight:bold;padding:1px 10px;font-size:1em}
.bar nav{display:flex;flex-wrap:wrap}
.bar nav button{color:var(--muted)}
.bar nav button[aria-current]{background:var(--tab-ground);color:var(--on-tab);font-weight:bold}
.bar .grow{flex:1}
.bar .file{color:var(--text);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:40ch}
main{display:grid;gap:18px 12px;padding:16px 12px 10px;min-height:0;overflow:auto}
.pane{position:relative;border:1px solid var(--faint);border-radius:7px;min-height:0;min-width:0;display:none;flex-direction:column;padding:12px 1px 4px}
.pane:focus-within{border-color:var(--accent)}
.pane>h2{position:absolute;top:-.75em;left:12px;font-size:1em;line-height:1.5;padding:0 8px;background:var(--ground-ground);color:var(--accent)}
.pane>.aside{position:absolute;top:-.85em;right:10px;padding:0 6px;background:var(--ground-ground);color:var(--muted);display:flex;gap:2px;align-items:center;max-width:70%}
.pane>.aside button{padding:0 6px;line-height:1.4}
.pane>.aside button[aria-pressed=true]{background:var(--selected-ground);color:var(--on-selected)}
.scroll{flex:1;min-height:0;overflow:auto;position:relative;scrollbar-width:thin;scrollbar-color:var(--faint) transparent}
.none{color:var(--muted);padding:6px 12px}
.ahead{opacity:.5}
.key{color:var(--accent);font-weight:bold}
`;

const SCREENS = `
body[data-screen=lab] main{grid-template:"about about" max-content "ladder source" minmax(140px,1fr) "ladder calls" minmax(170px,1.2fr) "ladder connections" minmax(90px,.6fr)/minmax(0,1.15fr) minmax(0,1fr)}
body[data-screen=sequence] main{grid-template:"ladder tree" minmax(0,1.2fr) "ladder bytes" minmax(0,1fr)/minmax(0,1.2fr) minmax(0,1fr)}
body[data-screen=packets] main{grid-template:"list list" minmax(0,1.1fr) "tree bytes" minmax(0,1fr)/minmax(0,1.1fr) minmax(0,1fr)}
body[data-screen=graphs] main{grid-template:"graphs" minmax(0,1fr)/minmax(0,1fr)}
.about{grid-area:about}.p-ladder{grid-area:ladder}.p-source{grid-area:source}.p-calls{grid-area:calls}.p-connections{grid-area:connections}.p-list{grid-area:list}.p-tree{grid-area:tree}.p-bytes{grid-area:bytes}.p-graphs{grid-area:graphs}
[data-screen=lab] :is(.about,.p-ladder,.p-source,.p-calls,.p-connections),[data-screen=sequence] :is(.p-ladder,.p-tree,.p-bytes),[data-screen=packets] :is(.p-list,.p-tree,.p-bytes),[data-screen=graphs] .p-graphs{display:flex}
.about .text{padding:2px 14px 4px;max-width:140ch}
.about ul{padding:2px 14px 4px;display:flex;flex-wrap:wrap;gap:0 28px;color:var(--muted)}
`;

const LADDER = `
#ladder-room{position:relative;min-height:100%;cursor:pointer}
#ladder svg{position:sticky;top:0;left:0;display:block}
#ladder text{font-size:11px;white-space:pre;fill:var(--text);paint-order:stroke;stroke:var(--ground-ground);stroke-width:5px;stroke-linejoin:round}
#ladder .host{font-weight:bold;font-size:12px;fill:var(--strong);stroke:none}
#ladder .head{fill:var(--ground-ground)}
#ladder .time,#ladder .gap{fill:var(--muted)}
#ladder .lifeline{stroke:var(--faint)}
#ladder .cursor-band{fill:var(--selected-ground);opacity:.55}
#ladder .cursor-edge{fill:var(--accent)}
#ladder .arrow{stroke:var(--accent);stroke-width:1.4}
#ladder .arrow.flying{stroke:var(--pending);stroke-dasharray:5 3}
#ladder .arrow.lost{stroke:var(--error)}
#ladder .arrow.ahead{stroke:var(--faint);stroke-dasharray:2 4}
#ladder .arrow.chosen{stroke-width:2.6}
#ladder .tip{fill:var(--accent)}#ladder .tip.flying{fill:var(--pending)}#ladder .tip.ahead{fill:var(--faint)}
#ladder .cross{stroke:var(--faint);stroke-width:2;fill:none}#ladder .cross.lost{stroke:var(--error)}#ladder .cross.flying{stroke:var(--pending)}
#ladder .label.chosen{font-weight:bold;fill:var(--strong)}
#ladder .label.again{fill:var(--warn)}#ladder .label.lost{fill:var(--error)}#ladder .label.ahead{fill:var(--faint)}
#ladder .chip{fill:var(--ground-ground);stroke:var(--faint)}
#ladder .state{font-size:10px;fill:var(--sim);stroke:none}
#ladder .note.timer{fill:var(--warn)}#ladder .note.log{fill:var(--string)}#ladder .note.error{fill:var(--error)}#ladder .note.intervention{fill:var(--info)}
#ladder .change{stroke:var(--info);stroke-dasharray:6 4}
`;

const ROWS = `
.rows{position:relative;margin:0;padding:0}
.row{position:absolute;left:0;right:0;height:22px;line-height:22px;display:grid;column-gap:10px;padding:0 10px;white-space:pre;cursor:pointer;overflow:hidden;border-left:3px solid transparent}
.row>*{overflow:hidden;text-overflow:ellipsis;unicode-bidi:isolate}
.row.zebra{background:var(--zebra-ground)}
.row:hover{background:var(--input-ground)}
.row.selected{background:var(--selected-ground);color:var(--on-selected);border-left-color:var(--accent)}
.row.selected *{color:var(--on-selected)}
.p-list .row,.p-list .heads{grid-template-columns:5ch 1.5ch 11ch minmax(9ch,15ch) minmax(9ch,15ch) 9ch 6ch minmax(0,1fr)}
.heads span{overflow:hidden}
.heads{display:grid;column-gap:10px;padding:0 10px 0 13px;color:var(--muted)}
.p-list .no,.p-list .len,.heads .right{text-align:right}
.p-list .no,.p-list .at{color:var(--muted)}
.proto{font-weight:bold}
.p-calls .row{grid-template-columns:minmax(8ch,auto) 10ch minmax(0,1fr)}
.code{display:grid;grid-template-columns:5ch minmax(0,1fr);column-gap:10px;padding:0 10px 0 4px;white-space:pre}
.code{border-left:3px solid transparent}
.code.selected{background:var(--selected-ground);color:var(--on-selected);border-left-color:var(--accent)}
.code.selected *{color:var(--on-selected)}
.code .no{text-align:right;color:var(--faint)}
.p-calls .at{text-align:right;color:var(--muted)}.p-calls .who{color:var(--muted)}
.filter{display:flex;align-items:center;gap:8px;padding:0 12px 4px;color:var(--muted)}
.filter input{flex:1;min-width:0;background:var(--input-ground);color:var(--strong);padding:1px 8px}
.connection{display:grid;grid-template-columns:minmax(6ch,10ch) minmax(0,17ch) 12ch minmax(0,1fr) 10ch minmax(0,1fr);column-gap:10px;padding:0 12px;white-space:nowrap}
.connection>*{overflow:hidden;text-overflow:ellipsis}
.connection.heading{color:var(--muted)}
.queue{display:flex;gap:8px;align-items:center}
.gauge{flex:0 0 34px;height:12px;background:var(--track-ground);overflow:hidden}
.filled{display:block;height:100%;background:var(--accent)}
#tree{padding:0 4px;outline-offset:-2px}
.line{white-space:pre-wrap;overflow-wrap:anywhere;text-indent:-1.6ch;border-left:3px solid transparent;cursor:pointer;unicode-bidi:isolate}
.line>*{text-indent:0}
.line .fold{display:inline-block;width:1.6ch;color:var(--accent);text-indent:0}
.line .layer{font-weight:bold;color:var(--strong)}
.line .name{color:var(--muted)}
.line.selected{background:var(--selected-ground);color:var(--on-selected);border-left-color:var(--accent)}
.line.selected *{color:var(--on-selected)}
.line{margin-left:1.6ch}
#bytes{padding:0 12px}
.bytes-row{display:flex;gap:14px;white-space:nowrap}
.bytes-row .offset{color:var(--muted)}
.hex{min-width:25ch}.wide .hex{min-width:49ch}
.hex span{padding:0 .5ch;cursor:pointer;display:inline-block}
.hex .half{margin-left:1ch}
.ascii span{cursor:pointer}
.ascii .dot{color:var(--faint)}
.lit{background:var(--selected-ground);color:var(--on-selected)!important;font-weight:bold}
`;

const GRAPHS = `
#graphs{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));grid-auto-rows:minmax(210px,1fr);gap:6px 10px;padding:4px 10px}
.chart{display:flex;flex-direction:column;min-width:0;min-height:0}
.chart figcaption{color:var(--strong);font-weight:bold}
.legend{display:flex;flex-wrap:wrap;gap:0 18px;color:var(--muted)}
.legend b{color:var(--text)}
.legend li{display:flex;align-items:center;gap:6px;white-space:nowrap}
.plot{flex:1;min-height:0;min-width:0;position:relative;cursor:crosshair;touch-action:pan-y}
.plot>svg{position:absolute;inset:0}
.chart text{font-size:11px;fill:var(--muted)}
.grid{stroke:var(--faint);stroke-dasharray:1 4}
.now{stroke:var(--strong);stroke-dasharray:3 2}
.curve{fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:butt}
.curve.dashed{stroke-dasharray:6 4}.curve.dotted{stroke-dasharray:1.5 4;stroke-width:1.4}
.curve.points{stroke-width:3.4;stroke-linecap:round}
.chart text.mark{font-weight:bold;fill:currentColor}
`;

const FOOTER = `
.time{padding:4px 12px 6px;background:var(--ground-ground)}
.timeline{position:relative;padding-top:12px}
#marks{position:absolute;left:7px;right:7px;top:0;height:14px;pointer-events:none}
#marks text{font-size:12px;fill:currentColor}
#scrubber{display:block;width:100%;margin:0;appearance:none;-webkit-appearance:none;height:18px;background:linear-gradient(var(--accent),var(--accent)) left/var(--part,0) 2px no-repeat,linear-gradient(var(--faint),var(--faint)) center/100% 2px no-repeat;cursor:pointer;accent-color:var(--accent)}
#scrubber::-webkit-slider-thumb{-webkit-appearance:none;width:14px;height:14px;border-radius:50%;background:var(--accent);border:2px solid var(--ground-ground)}
#scrubber::-moz-range-thumb{width:11px;height:11px;border-radius:50%;background:var(--accent);border:2px solid var(--ground-ground)}
.transport{display:flex;gap:2px 8px;align-items:center}
.transport button{border:1px solid var(--faint);min-width:34px}
#step{flex:1;min-width:0;white-space:pre;overflow:hidden;text-overflow:ellipsis;unicode-bidi:isolate}
.keys{color:var(--muted);white-space:nowrap}
.note-line{color:var(--warn);padding:0 2px}
dialog{background:var(--popup-ground);color:var(--text);border:1px solid var(--accent);border-radius:7px;max-width:min(92vw,760px);padding:14px 20px}
dialog::backdrop{background:rgb(0 0 0/.45)}
dialog h2{font-size:1em;color:var(--accent);margin-bottom:8px}
dialog h3{font-size:1em;color:var(--strong)}
#help-keys{columns:2;column-gap:32px}
#help-keys section{break-inside:avoid;margin-bottom:10px}
#help-keys dl{display:grid;grid-template-columns:12ch 1fr;gap:0 10px}
#help-keys dt{color:var(--accent);font-weight:bold}
.out{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`;

const NARROW = `
@media (max-width:1000px){
.p-list .row,.p-list .heads{grid-template-columns:5ch 1.5ch 10ch minmax(7ch,12ch) minmax(7ch,12ch) 7ch 5ch minmax(0,1fr)}
.keys{display:none}
body[data-screen=lab] main{grid-template:"about" max-content "ladder" 56vh "source" 34vh "calls" 44vh "connections" minmax(120px,auto)/minmax(0,1fr)}
body[data-screen=sequence] main{grid-template:"ladder" 60vh "tree" 46vh "bytes" minmax(160px,auto)/minmax(0,1fr)}
}
@media (max-width:640px){
html{font-size:12px}
.bar .file,.bar #playing{display:none}
.bar{padding:4px 6px}
.brand{padding:1px 6px}
main{padding:14px 6px 8px;gap:16px 8px}
body[data-screen=packets] main{grid-template:"list" 46vh "tree" 46vh "bytes" minmax(160px,auto)/minmax(0,1fr)}
.p-list .row,.p-list .heads{grid-template-columns:4ch 1.2ch 9ch 6ch minmax(0,1fr);column-gap:6px}
.p-list .end,.p-list .len{display:none}
.connection{grid-template-columns:8ch 12ch minmax(0,1fr) minmax(0,1fr);column-gap:6px}
.connection>:is(:nth-child(2),:nth-child(5)){display:none}
.gauge{flex-basis:24px}
.transport{flex-wrap:wrap}
.transport button{min-height:32px;min-width:38px}
#step{flex:1 0 100%;white-space:pre-wrap;order:9;height:3em}
#help-keys{columns:1}
.p-calls .row{grid-template-columns:minmax(7ch,auto) 9ch minmax(0,1fr);column-gap:6px;padding:0 4px}
}
@media (prefers-reduced-motion:no-preference){button{transition:background .12s}}
@media (forced-colors:active){.row.selected,.line.selected,.lit{forced-color-adjust:none}}
`;

/** The whole of the page's CSS. */
export function pageStyle(): string {
  const inks = INKS.map((role) => `.ink-${role}{color:var(--${role})}`).join("\n");
  return [colourStyle(), FRAME, SCREENS, LADDER, inks, ROWS, GRAPHS, FOOTER, NARROW].join("\n");
}
