import { hint } from './nearest.ts'
import { type Path, type Problem, showPath } from './problem.ts'
import { type Found, select } from './select.ts'
import { DEFAULT_ADMIN_PORT, DEFAULT_HOST, DEFAULT_PORT } from './shape/service.ts'
import type { Tree } from './yaml.ts'

type Show = (path: Path) => string

/**
 * Hold the fields of a config against each other. It reads the tree rather than the finished config, and skips what has
 * another shape than it should: so these problems are listed together with those of single fields.
 *
 * @param shown what the file shows at a place, to be quoted in a problem.
 */
export function crossCheck(tree: Tree, shown: Show): Problem[] {
  return [
    ...references(tree, shown),
    ...teamsWithoutTier(tree),
    ...UNIQUE.flatMap((pattern) => repeated(select(tree, pattern), shown)),
    ...repeated(select(tree, 'keys[].secret'), () => 'the secret'),
    ...BUDGETS.flatMap((pattern) => select(tree, pattern)).flatMap(sameLimitTwice),
    ...sameAddress(tree),
    ...unseenCertificates(tree),
    ...passedByHits(tree, shown),
  ]
}

const UNIQUE = ['teams[].id', 'keys[].id', 'admin.tokens[].id', 'policies[].name', 'pipeline[]']

const BUDGETS = [
  'providers.*.budgets',
  'tiers.*.budgets',
  'teams[].budgets',
  'keys[].budgets',
  'defaults.*.budgets',
]

/** Where the cache names one. */
const CACHE_PROVIDERS = ['cache.embedder.provider', 'cache.judge.provider']

/** Where a route names a provider: in a list, or in a mapping with its rules. */
const TARGETS = ['routes.*[]', 'routes.*[].to', 'routes.*.targets[]', 'routes.*.targets[].to']

/** What names something else of the file must name something that is there. */
function references(tree: Tree, shown: Show): Problem[] {
  const tiers = select(tree, 'tiers.*').map(nameOf)
  const providers = select(tree, 'providers.*').filter(servesModels).map(nameOf)
  const teams = select(tree, 'teams[].id').map(({ value }) => String(value))
  const check = (
    pattern: string,
    isNone: string,
    names: readonly string[],
    read: (value: unknown) => string = String,
  ) =>
    select(tree, pattern)
      .filter(({ value }) => typeof value === 'string' && !names.includes(read(value)))
      .map(({ path, value }) => {
        const cure = names.length > 0 ? hint(read(value), names, JSON.stringify) : 'none is declared'
        return { path, text: `${shown(path)} ${isNone}: ${cure}` }
      })
  return [
    ...check('teams[].tier', 'is not a tier', tiers),
    ...check('keys[].tier', 'is not a tier', tiers),
    ...check('keys[].team', 'is not a team', teams),
    ...cacheOfNobody(tree, tiers),
    // A command beside a gateway does not read the providers, and asks none.
    ...CACHE_PROVIDERS.flatMap((pattern) =>
      tree.providers === undefined ? [] : check(pattern, 'names no provider', providers),
    ),
    ...check('cache.judge.team', 'is not a team', teams),
    ...TEAMS_OF_CALLERS.flatMap((pattern) => check(pattern, 'is not a team', teams)),
    ...TARGETS.flatMap((pattern) =>
      check(pattern, 'names no provider', providers, (target) => String(target).split('/')[0]!),
    ),
  ]
}

/** The cache of a tier that is not there would be nobody's. */
function cacheOfNobody(tree: Tree, tiers: readonly string[]): Problem[] {
  return select(tree, 'cache.tiers.*')
    .filter((found) => !tiers.includes(nameOf(found)))
    .map((found) => {
      const cure = tiers.length > 0 ? hint(nameOf(found), tiers, JSON.stringify) : 'none is declared'
      return { path: found.path, text: `is not a tier: ${cure}` }
    })
}

/** Where the team of a caller without a key is stated. */
const TEAMS_OF_CALLERS = [
  'auth.jwt[].principal.team',
  'auth.jwt[].principal.team.value',
  'auth.jwt[].principal.team.otherwise',
  'auth.jwt[].principal.team.table.*',
  'auth.certificates.callers[].team',
]

function servesModels({ value }: Found): boolean {
  return (value as { dialect?: unknown } | null)?.dialect !== 'http'
}

function nameOf({ path }: Found): string {
  return String(path.at(-1))
}

/** Where tiers are declared, each team has one: its own, or the one called default. */
function teamsWithoutTier(tree: Tree): Problem[] {
  const tiers = select(tree, 'tiers.*').map(nameOf)
  if (tiers.length === 0 || tiers.includes('default')) return []
  const tiered = new Set(select(tree, 'teams[].tier').map(({ path }) => path[1]))
  return select(tree, 'teams[]')
    .filter(({ path }) => !tiered.has(path[1]!))
    .map(({ path }) => ({
      path: [...path, 'tier'],
      text: 'is missing: tiers are declared, and none is called default',
    }))
}

function repeated(found: readonly Found[], shown: Show): Problem[] {
  return repeats(found).map(({ path, first }) => ({
    path,
    text: `${shown(path)} is at ${showPath(first)} already`,
  }))
}

/** The places whose value has been somewhere else before. */
function repeats(found: readonly Found[]): { readonly path: Path; readonly first: Path }[] {
  const seen = new Map<unknown, Path>()
  return found.flatMap(({ path, value }) => {
    const first = seen.get(value)
    if (first) return { path, first }
    seen.set(value, path)
    return []
  })
}

/** One account has one limit per metric and period: two would count into the same counter. */
function sameLimitTwice(budgets: Found): Problem[] {
  const kinds = select(budgets.value, '[]').flatMap(({ path, value }) => {
    const [limit] = select(value, '*').filter((field) => nameOf(field).startsWith('limit_'))
    const [period] = select(value, 'period')
    return limit && period
      ? [{ path: [...budgets.path, ...path], value: `${nameOf(limit)} ${period.value}` }]
      : []
  })
  return repeats(kinds).map(({ path, first }) => ({
    path,
    text: `has the same limit and period as ${showPath(first)}`,
  }))
}

/** The two listeners need an address each. */
function sameAddress(tree: Tree): Problem[] {
  const of = (pattern: string, absent: unknown) => String(select(tree, pattern)[0]?.value ?? absent)
  const port = of('listen.port', DEFAULT_PORT)
  const adminPort = of('admin.listen.port', DEFAULT_ADMIN_PORT)
  const hosts = [of('listen.host', DEFAULT_HOST), of('admin.listen.host', DEFAULT_HOST)]
  const overlap = hosts[0] === hosts[1] || hosts.some((host) => host === '0.0.0.0' || host === '::')
  if (port !== adminPort || port === '0' || !overlap) return []
  return [{ path: ['admin', 'listen', 'port'], text: 'is taken: the gateway itself listens there' }]
}

/** What is answered from the cache goes no further: who may ask for what, and how fast, is decided before. */
function passedByHits(tree: Tree, shown: Show): Problem[] {
  const stages = select(tree, 'pipeline[]')
  const cache = stages.findIndex(({ value }) => value === 'semantic-cache')
  if (cache === -1) return []
  return stages
    .slice(cache + 1)
    .filter(({ value }) => value === 'tier-check' || value === 'rate-limit')
    .map(({ path }) => ({
      path,
      text: `${shown(path)} stands behind semantic-cache, whose hits would pass it by: state it before`,
    }))
}

/** Certificates come by a connection that ends here, or by a proxy that may tell of them. */
function unseenCertificates(tree: Tree): Problem[] {
  if (select(tree, 'auth.certificates').length === 0) return []
  const ways = [...select(tree, 'auth.certificates.from[]'), ...select(tree, 'listen.tls.client_ca')]
  const text =
    'is of no use, since nobody would show one: state listen.tls.client_ca, or under from the proxies that may tell of them'
  return ways.length > 0 ? [] : [{ path: ['auth', 'certificates'], text }]
}
