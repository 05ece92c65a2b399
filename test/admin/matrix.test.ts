import { expect, it } from 'vitest'
import { ADMIN_ROUTES } from '../../packages/gateway/src/admin/routes.ts'
import { place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'
import { type Ask, operatorAt } from './operator.ts'

/**
 * Who may do what, written by hand: a route without a line here fails, and so does a line without a route.
 *
 * `viewer`: everybody with a role. `lead`: a team lead for what belongs to their team, and whoever stands above. `director`,
 * `admin`: that role, and whoever stands above.
 */
const MAY: Readonly<Record<string, 'viewer' | 'lead' | 'director' | 'admin'>> = {
  'GET /metrics': 'viewer',
  'GET /admin/v1/openapi.json': 'viewer',
  'GET /admin/v1/spend': 'viewer',
  'GET /admin/v1/providers': 'viewer',
  'GET /admin/v1/chargeback': 'viewer',
  'GET /admin/v1/changes': 'viewer',

  'GET /admin/v1/cache': 'viewer',
  'POST /admin/v1/cache/invalidations': 'director',
  'DELETE /admin/v1/cache/entries/{id}': 'director',

  'GET /admin/v1/orgs': 'viewer',
  'GET /admin/v1/orgs/{id}': 'viewer',
  'PATCH /admin/v1/orgs/{id}': 'admin',

  'GET /admin/v1/teams': 'viewer',
  'GET /admin/v1/teams/{id}': 'viewer',
  'POST /admin/v1/teams': 'admin',
  'PATCH /admin/v1/teams/{id}': 'director',
  'DELETE /admin/v1/teams/{id}': 'admin',

  'GET /admin/v1/projects': 'viewer',
  'GET /admin/v1/projects/{id}': 'viewer',
  'POST /admin/v1/projects': 'lead',
  'PATCH /admin/v1/projects/{id}': 'lead',
  'DELETE /admin/v1/projects/{id}': 'lead',

  'GET /admin/v1/users': 'viewer',
  'GET /admin/v1/users/{id}': 'viewer',
  'POST /admin/v1/users': 'lead',
  'PATCH /admin/v1/users/{id}': 'lead',
  'DELETE /admin/v1/users/{id}': 'lead',

  'GET /admin/v1/tiers': 'viewer',
  'GET /admin/v1/tiers/{id}': 'viewer',
  'POST /admin/v1/tiers': 'admin',
  'PATCH /admin/v1/tiers/{id}': 'admin',
  'DELETE /admin/v1/tiers/{id}': 'admin',

  'GET /admin/v1/keys': 'viewer',
  'GET /admin/v1/keys/{id}': 'viewer',
  'POST /admin/v1/keys': 'lead',
  'PATCH /admin/v1/keys/{id}': 'lead',
  'POST /admin/v1/keys/{id}/rotate': 'lead',
  'POST /admin/v1/keys/{id}/revoke': 'lead',

  'GET /admin/v1/budgets': 'viewer',
  'GET /admin/v1/budgets/{account}': 'viewer',
  'PUT /admin/v1/budgets/{account}': 'lead',
  'DELETE /admin/v1/budgets/{account}': 'lead',

  'GET /admin/v1/access-requests': 'viewer',
  'GET /admin/v1/access-requests/{id}': 'viewer',
  'POST /admin/v1/access-requests': 'viewer',
  'POST /admin/v1/access-requests/{id}/approve': 'lead',
  'POST /admin/v1/access-requests/{id}/deny': 'lead',

  'GET /admin/v1/grants': 'viewer',
  'GET /admin/v1/grants/{id}': 'viewer',
  'POST /admin/v1/grants/{id}/revoke': 'lead',
}

const ROLES = ['nobody', 'a person without a role', 'viewer', 'team-lead', 'director', 'admin'] as const
type AskingRole = (typeof ROLES)[number]

/** What a request is about belongs to the lead's team, to another, or to none. */
const OWNERSHIPS = ['own', 'other', 'none'] as const
type Ownership = (typeof OWNERSHIPS)[number]
const TEAM: Readonly<Record<Ownership, string | undefined>> = {
  own: 'science',
  other: 'arts',
  none: undefined,
}

/** What the line of a route means for one who asks. */
function expected(route: string, role: AskingRole, ownership: Ownership): 'done' | 401 | 403 {
  if (role === 'nobody') return 401
  if (role === 'a person without a role') return 403
  const may = MAY[route]
  if (may === 'viewer' || role === 'admin') return 'done'
  if (may === 'admin' || role === 'viewer') return 403
  if (role === 'director') return 'done'
  return may === 'lead' && ownership === 'own' ? 'done' : 403
}

const isCreation = (route: string) => route.startsWith('POST') && !route.includes('{')

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  project: { models: ["gpt-4o*"], approval: team-lead }
teams: [{ id: marketing }]
`

let asking: Readonly<Record<AskingRole, Ask>>
let person: (id: string, role?: string) => Promise<Ask>
let made = 0

/** What finds nothing to do here: nothing is cached. */
const EMPTY: ReadonlySet<string> = new Set([
  'POST /admin/v1/cache/invalidations',
  'DELETE /admin/v1/cache/entries/{id}',
])

/** What a view needs to be asked. */
const QUERY: Readonly<Record<string, string>> = { '/admin/v1/spend': '?account=team:science' }

async function everybody(): Promise<typeof asking> {
  const issuer = await testIssuer()
  const { start } = await place(
    `${YAML}auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE} }], throttle: { failures: 1000000 } }\n`,
  )
  const { adminUrl } = await start()
  const admin = operatorAt(adminUrl)
  await admin('POST', '/teams', { id: 'science', leads: ['lena'] })
  await admin('POST', '/teams', { id: 'arts' })
  person = async (id, role) => {
    await admin('POST', '/users', { id, ...(role && { role }) })
    return operatorAt(adminUrl, await issuer.token({ sub: id }))
  }
  return {
    nobody: operatorAt(adminUrl, 'no-such-token-that-anybody-has-ever-been-given'),
    'a person without a role': await person('nora'),
    viewer: await person('vera', 'viewer'),
    'team-lead': await person('lena', 'team-lead'),
    director: await person('dora', 'director'),
    admin: await person('alma', 'admin'),
  }
}

it('has a line for every route, and a route for every line', () => {
  expect(ADMIN_ROUTES.map(nameOf).sort()).toEqual(Object.keys(MAY).sort())
})

it('is done for whom the line says, and refused to everybody else, whosever the thing is', async () => {
  asking = await everybody()
  const wrong: string[] = []
  let cells = 0
  for (const { method, path, tag, body } of ADMIN_ROUTES) {
    const route = `${method} ${path}`
    for (const role of ROLES) {
      for (const ownership of OWNERSHIPS) {
        const { id, ...fields } = await request(route, tag, ownership)
        const sent = isCreation(route) && tag !== 'cache' ? { id, ...fields } : fields
        const at = path.replace('/admin/v1', '').replace(/\{\w+\}/, encodeURIComponent(id))
        const asked = at === path ? `/../..${at}` : at
        const { status, message = '' } = await asking[role](method, asked + (QUERY[path] ?? ''), body && sent)
        const letIn = status < 400 || (status === 404 && EMPTY.has(route))
        const outcome = letIn ? 'done' : status
        const right = expected(route, role, ownership)
        cells += 1
        if (outcome !== right)
          wrong.push(`${route} by ${role}, ${ownership}: ${outcome}, not ${right}. ${message}`)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(cells).toBe(Object.keys(MAY).length * ROLES.length * OWNERSHIPS.length)
}, 180_000)

/** A thing of its kind that has just been made, by an admin, and a request about it that is right. */
async function request(
  route: string,
  tag: string,
  ownership: Ownership,
): Promise<{ id: string; [field: string]: unknown }> {
  const { admin } = asking
  const team = TEAM[ownership]
  const id = `thing${made++}`
  const owned = { id, ...(team && { team }) }
  const isNew = isCreation(route)
  const make = async (plural: string, fields: object) => {
    if (isNew) return { ...fields, id }
    const answer = await admin('POST', `/${plural}`, fields)
    expect(answer.status, answer.message).toBe(201)
    return { id, ...(route.startsWith('PATCH') && { label: 'another' }) }
  }
  switch (tag) {
    case 'cache':
      return { id, everything: true }
    case 'orgs':
      return { id: 'default', ...(route.startsWith('PATCH') && { label: id }) }
    case 'teams':
      return make('teams', { id })
    case 'projects':
    case 'users':
      return make(tag, owned)
    case 'tiers':
      return make('tiers', { id, models: ['*'], rank: 9 })
    case 'keys':
      return make('keys', owned)
    case 'budgets':
      await admin('POST', '/keys', owned)
      return {
        id: `key:${id}`,
        ...(route.startsWith('PUT') && { budgets: [{ limit_usd: '1', period: 'daily' }] }),
      }
    case 'access-requests':
    case 'grants':
      return { id: await asked(id, owned, isNew, tag === 'grants'), ...(isNew && (await wish(id, owned))) }
    default:
      return { id }
  }
}

async function wish(id: string, owned: object): Promise<{ id: string; [field: string]: unknown }> {
  await asking.admin('POST', '/keys', { ...owned, id: `${id}-key` })
  return { id, account: `key:${id}-key`, tier: 'project', reason: 'a launch', lasts: '1d' }
}

/** A request that somebody has made who decides on nothing here; approved by somebody else where a grant is asked for. */
async function asked(id: string, owned: object, isNew: boolean, granted: boolean): Promise<string> {
  if (isNew) return id
  const asker = await person(`${id}-asker`, 'viewer')
  const made = await asker('POST', '/access-requests', await wish(id, owned))
  expect(made.status, made.message).toBe(201)
  if (granted) expect((await asking.admin('POST', `/access-requests/${id}/approve`, {})).status).toBe(200)
  return id
}
