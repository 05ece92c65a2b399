import { expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'
import { operatorAt } from '../admin/operator.ts'
import { appendFileSync } from 'node:fs'
const log = (...a: unknown[]) => appendFileSync('/tmp/a.log', a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)).join(' ') + '\n')

it('lead self service', async () => {
  const issuer = await testIssuer()
  const { start } = await place(`
tiers:
  default: { models: ["gpt-4o-mini"] }
  project: { models: ["gpt-4o*"], approval: team-lead }
  exp: { models: ["*"], approval: director }
auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE} }] }
defaults: { user: { budgets: [{ limit_usd: 5, period: daily }] } }
`)
  const g = await start()
  const admin = operatorAt(g.adminUrl)
  await admin('POST', '/teams', { id: 'science', leads: ['lena'] })
  await admin('POST', '/teams', { id: 'arts' })
  await admin('POST', '/users', { id: 'lena', team: 'science', role: 'team-lead' })
  await admin('POST', '/users', { id: 'dora', role: 'director', team: 'science' })
  const lena = operatorAt(g.adminUrl, await issuer.token({ sub: 'lena' }))
  const dora = operatorAt(g.adminUrl, await issuer.token({ sub: 'dora' }))
  const show = async (what: string, p: Promise<any>) => { const r = await p; log(what, r.status, r.code ?? '', r.message ?? '') ; return r }
  await show('lena own tier project', lena('PATCH', '/users/lena', { tier: 'project' }))
  await show('lena own tier exp', lena('PATCH', '/users/lena', { tier: 'exp' }))
  await show('lena own budget', lena('PUT', '/budgets/user:lena', { budgets: [{ limit_usd: '100000', period: 'daily' }] }))
  await show('lena own key + budget', lena('POST', '/keys', { id: 'lk', team: 'science', user: 'lena', budgets: [{ limit_usd: '100000', period: 'daily' }] }))
  await show('lena own role', lena('PATCH', '/users/lena', { role: 'admin' }))
  await show('lena removes dora', lena('DELETE', '/users/dora'))
  await show('lena moves dora', lena('PATCH', '/users/dora', { team: 'arts' }))
  await show('dora own tier exp', dora('PATCH', '/users/dora', { tier: 'exp' }))
  await show('dora own budget', dora('PUT', '/budgets/user:dora', { budgets: [{ limit_usd: '100000', period: 'daily' }] }))
  await show('lena team budget', lena('PUT', '/budgets/team:science', { budgets: [] }))
  await show('lena team lead edit', lena('PATCH', '/teams/science', { leads: ['lena', 'x'] }))
  // squatting
  await admin('POST', '/keys', { id: 'artskey', team: 'arts', user: 'bob', project: 'opera' })
  await show('lena squats user bob', lena('POST', '/users', { id: 'bob', team: 'science', tier: 'project' }))
  await show('lena squats project opera', lena('POST', '/projects', { id: 'opera', team: 'science', tier: 'project' }))
  await show('lena sets bob budget', lena('PUT', '/budgets/user:bob', { budgets: [{ limit_usd: '0.01', period: 'daily' }] }))
  await show('lena sets opera budget', lena('PUT', '/budgets/project:opera', { budgets: [{ limit_usd: '100000', period: 'daily' }] }))
  await show('lena key spends from opera', lena('POST', '/keys', { id: 'sneaky', team: 'science', project: 'opera' }))
  await show('artskey by lena', lena('POST', '/keys/artskey/revoke', {}))
  // self-approval by anonymous key
  await show('lena asks for own key', lena('POST', '/access-requests', { id: 'q1', account: 'key:lk', tier: 'exp', reason: 'x', lasts: '1d' }))
  await show('lena approves own', lena('POST', '/access-requests/q1/approve', {}))
  // viewer auto grant others
  await admin('POST', '/users', { id: 'vera', role: 'viewer' })
  const vera = operatorAt(g.adminUrl, await issuer.token({ sub: 'vera' }))
  await show('vera asks for team arts default', vera('POST', '/access-requests', { id: 'q2', account: 'team:arts', tier: 'default', reason: 'x', lasts: '366d' }))
  // paths
  const tok = { authorization: 'Bearer wrong' }
  for (const [m, p] of [['GET','//admin/v1/keys'],['GET','/ADMIN/v1/keys'],['GET','/admin/v1/keys/'],['HEAD','/admin/v1/keys'],['OPTIONS','/admin/v1/keys'],['GET','/admin/v1/keys/%zz'],['GET','/admin%2fv1%2fkeys'],['GET','/healthz/../admin/v1/keys'],['GET','/metrics'],['TRACE','/metrics']] as const) {
    try {
    const r = await fetch(g.adminUrl + p, { method: m, headers: tok }); log('anon', m, p, r.status)
    const r2 = await g.admin(p); log('admin', p, r2.status, (await r2.text()).slice(0, 120)) } catch (e) { log(m, p, String(e)) }
  }
  await show('mass', lena('POST', '/keys', { id: 'm1', team: 'science', revision: 9, hash: 'x' }))
  await show('proto', lena('POST', '/keys', JSON.parse('{"id":"m2","team":"science","__proto__":{"org":"x"}}')))
  await show('dup team', (async () => { const r = await fetch(g.adminUrl + '/admin/v1/keys', { method: 'POST', headers: { authorization: `Bearer ${await issuer.token({ sub: 'lena' })}`, 'content-type': 'application/json' }, body: '{"id":"m3","team":"science","team":"arts"}' }); return { status: r.status, message: (await r.text()).slice(0, 200) } })())
  for (const c of ['x', Buffer.from('after:').toString('base64url'), Buffer.from('after:\u0000\uffff').toString('base64url'), Buffer.from('after:' + 'z'.repeat(500)).toString('base64url')]) await show('cursor', admin('GET', '/keys?cursor=' + c))
  await show('ifmatch', admin('PATCH', '/users/lena', { label: 'a' }, { 'if-match': '"99"' }))
  await show('ifmatch weak', admin('PATCH', '/users/lena', { label: 'a' }, { 'if-match': 'W/"1"' }))
  // idempotency across callers
  const h = { 'idempotency-key': 'k1' }
  const one = await admin('POST', '/keys', { id: 'idem', team: 'arts' }, h)
  await show('other replay', lena('POST', '/keys', { id: 'idem', team: 'arts' }, h))
  const two = await admin('POST', '/keys', { id: 'idem', team: 'arts' }, h)
  log('replay secret', (one.body as any).secret !== null, (two.body as any).secret)
})
