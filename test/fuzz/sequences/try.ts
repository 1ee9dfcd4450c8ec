import { lying, sequencesOn } from './support.js';
const n = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? 20_261_122);
const t = performance.now();
const r = await lying({}, (url) => sequencesOn(url, { requests: n, seed }));
console.log(r.notes, r.finished.sent, r.finished.answered, r.finished.sequences, Math.round(performance.now() - t), 'ms');
for (const f of r.finished.findings) console.log(f.cause, '\n', f.says, '\n', f.times, f.sequence, '\n', f.curl, '\n', f.answer);
