import { modelPattern } from '../../packages/kit/src/wire/model-pattern.ts'
import { addressSet } from '../../packages/kit/src/identity/address-set.ts'
import { addressBlock } from '../../packages/kit/src/identity/client-address.ts'
import { it } from 'vitest'
import { appendFileSync } from 'node:fs'
const console = { log: (...a: unknown[]) => appendFileSync('/tmp/p1.log', a.join(' ') + '\n') }
import { comesFromScope } from '../../packages/kit/src/directory/scopes.ts'
it('x', () => {
for (const [p, unit] of [['*gpt-4o*','gpt-4o'],['*a*a*a*','a']] as const) for (const n of [1000,4000,16000]) {
  const m = unit.repeat(n/unit.length) + '!'
  const t = performance.now(); modelPattern(p)(m); console.log(p, m.length, (performance.now()-t).toFixed(0)+'ms')
}
const s = addressSet(['fe80::/10','10.0.0.0/8'])
for (const a of ['fe80::1%eth0','::ffff:10.0.0.1','::ffff:0a00:0001','10.0.0.1','0:0:0:0:0:ffff:10.0.0.1']) { try { console.log(a, s.has(a)) } catch (e) { console.log(a, 'THROWS', String(e)) } }
try { console.log(comesFromScope({addresses:['fe80::/10']}, {address:'fe80::1%eth0',origin:undefined})) } catch (e) { console.log('scope THROWS', String(e)) }
try { console.log(comesFromScope({addresses:['10.0.0.0/8']}, {address:'::ffff:0a00:0001',origin:undefined})) } catch (e) { console.log('scope THROWS', String(e)) }
console.log(comesFromScope({addresses:['0.0.0.0/0']}, {address:'2001:db8::1',origin:undefined}), comesFromScope({addresses:['::/0']}, {address:'1.2.3.4',origin:undefined}))
for (const a of ['fe80::1%eth0','::1','1::','2001:db8::1','::ffff:1.2.3.4','1:2:3:4:5:6:7:8','1:2::3:4:5:6:7']) console.log(a, addressBlock(a))
}, 600000)
