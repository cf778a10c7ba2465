/** A self-contained HTML page with the result of an experiment. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { percentile } from '../events/index.ts';
import type { DelaySummary, LatencyReport, LatencySample } from './measurement.ts';

const require = createRequire(import.meta.url);

/** Points of the distribution plot: denser towards the tail. */
const PERCENTILES = [...Array.from({ length: 99 }, (_, i) => i + 1), 99.5, 99.9, 100];

function distribution(samples: readonly LatencySample[]): [number[], number[]] {
  const sorted = samples.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
  return [PERCENTILES, PERCENTILES.map((percent) => percentile(sorted, percent / 100))];
}

function row(name: string, { decisions, p50, p90, p99, p999, max, mean }: DelaySummary): string {
  const cells = [p50, p90, p99, p999, max, mean].map((value) => `<td>${value.toFixed(2)}</td>`).join('');
  return `<tr><th scope="row">${name}</th><td>${decisions}</td>${cells}</tr>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The page; the plots are drawn by uPlot, which is part of it. */
export async function latencyHtml(report: LatencyReport, samples: readonly LatencySample[]): Promise<string> {
  const folder = path.join(path.dirname(require.resolve('uplot/package.json')), 'dist');
  const [script, css] = await Promise.all(
    ['uPlot.iife.min.js', 'uPlot.min.css'].map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const data = {
    distribution: distribution(samples),
    time: [samples.map(({ atSeconds }) => atSeconds), samples.map(({ delayMs }) => delayMs)],
    steps: [
      report.byStep.map(({ step }) => step + 1),
      report.byStep.map(({ accuracy }) => accuracy && 100 * accuracy),
      report.byStep.map(({ confidence }) => 100 * confidence),
    ],
  };
  const dropped =
    Object.entries(report.dropped)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(', ') || 'none';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>saccade latency</title>
<style>${css}
:root{--page:#f4f6f8;--card:#fff;--line:#dfe4ea;--ink:#17202a;--muted:#5b6875;--a:#0b6bcb;--b:#c2410c}
@media(prefers-color-scheme:dark){:root{--page:#0c1116;--card:#141b22;--line:#26313c;--ink:#e8eef4;--muted:#94a3b3;--a:#5fb0ff;--b:#ff9f43}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1100px;padding:1.2rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1rem;margin:0 0 .5rem}p{color:var(--muted);margin:.3rem 0}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem;margin:.9rem 0;overflow-x:auto}
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th[scope=row],th:first-child{text-align:left}
.chart{width:100%;height:280px}</style></head><body>
<h1>Decision latency of ${escape(report.model)}</h1>
<p>${report.path === 'websocket' ? 'Through a real WebSocket, server in its own process' : 'In process, without a network'} · open loop at ${report.rate}× · ${report.recordings} recordings in ${report.seconds.toFixed(1)} s · ${Math.round(report.eventsPerSecond).toLocaleString('en')} events/s</p>
<p>${escape(report.machine.cpu)}, ${report.machine.cores} cores, Node ${escape(report.machine.node)}</p>
<section><h2>From the due time of the last event to the decision, ms</h2><table><thead><tr><th></th><th>n</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th><th>mean</th></tr></thead><tbody>
${row('final decisions', report.final)}${row('every time step', report.everyStep)}</tbody></table>
<p>Dropped: ${escape(dropped)} · sequence gaps: ${report.sequenceGaps} · the generator was late by ${report.sendDelayP99.toFixed(2)} ms (p99), its event loop by ${report.eventLoopDelayP99.toFixed(2)} ms (p99)</p>
<p>A time step is closed by the first event at or after its end, so the wait for that event is part of the delay.</p></section>
<section><h2>Delay by percentile</h2><div class="chart" id="distribution"></div></section>
<section><h2>Delay over time</h2><div class="chart" id="time"></div></section>
<section><h2>How early could it have decided?</h2><p>Accuracy and mean confidence of the decision after each time step, %</p><div class="chart" id="steps"></div></section>
<script>${script}</script>
<script>
const data=${JSON.stringify(data)};
const colour=(name)=>getComputedStyle(document.documentElement).getPropertyValue(name).trim();
function draw(id,series,values,unit){
  const host=document.getElementById(id);
  const axis={stroke:colour('--muted'),grid:{stroke:colour('--line'),width:1},ticks:{show:false}};
  const size=()=>({width:host.clientWidth,height:host.clientHeight});
  const plot=new uPlot({...size(),legend:{show:series.length>1},scales:{x:{time:false}},axes:[axis,{...axis,size:64,values:(u,v)=>v.map((x)=>x+unit)}],series:[{},...series]},values,host);
  new ResizeObserver(()=>plot.setSize({width:host.clientWidth,height:host.clientHeight-(series.length>1?30:0)})).observe(host);
}
draw('distribution',[{label:'delay',stroke:colour('--a'),width:2}],data.distribution,' ms');
draw('time',[{label:'delay',stroke:colour('--a'),paths:()=>null,points:{show:true,size:4}}],data.time,' ms');
draw('steps',[{label:'accuracy',stroke:colour('--a'),width:2},{label:'confidence',stroke:colour('--b'),width:2}],data.steps,' %');
</script></body></html>
`;
}
