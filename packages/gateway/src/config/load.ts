import type { Config, StoreConfig } from './config.ts'
import { crossCheck } from './cross-check.ts'
import { DEFAULT_TREE, withEnvironment } from './defaults.ts'
import { hidingSecrets } from './hidden-secrets.ts'
import { interpolate } from './interpolate.ts'
import { ConfigError, type Problem } from './problem.ts'
import { proxiesIn } from './proxies.ts'
import { readTree } from './read-tree.ts'
import { resolveConfig } from './resolve.ts'
import { routingTree } from './routing-tree.ts'
import { select } from './select.ts'
import { readShape } from './shape/index.ts'
import { shownIn } from './shown.ts'
import { type CommandNeeds, storeTree } from './store-tree.ts'
import { type Env, variables } from './variables.ts'
import type { Tree } from './yaml.ts'

export interface LoadConfigOptions {
  /** A YAML or JSON file; without one, the defaults and the environment. */
  readonly file?: string | undefined
  readonly env: Env
  /** What relative paths, in the file and of it, are relative to. */
  readonly cwd: string
}

/**
 * The config that the gateway runs from, resolved and frozen.
 *
 * @throws ConfigError with everything that is wrong, a line each: the file, the place in it, and the cure.
 */
export function loadConfig(options: LoadConfigOptions): Config {
  return load(statedIn(options), options, (tree) => [
    // Only a gateway without a file may run without a provider: the simulated one stands in.
    ...(options.file === undefined ? [] : providerless(tree)),
    ...unstatedSecrets(tree),
  ])
}

export interface LoadStoreConfigOptions extends LoadConfigOptions, CommandNeeds {}

/**
 * The same config as a command beside the gateway needs it: what only the gateway uses is not read, and the variables
 * that stand there need not be set.
 *
 * @throws ConfigError with everything that is wrong with the rest.
 */
export function loadStoreConfig(options: LoadStoreConfigOptions): StoreConfig {
  return load(storeTree(statedIn(options), options), options)
}

/** Which of a config a look at its routes is about. */
export type RoutingConfig = Pick<
  Config,
  | 'file'
  | 'providers'
  | 'httpProviders'
  | 'disabledProviders'
  | 'routes'
  | 'passthrough'
  | 'prices'
  | 'priceFiles'
  | 'unknownPrice'
>

/**
 * The same config as somebody needs it who asks where requests go: of its variables those of the providers are read, and a
 * provider whose key is not set is among the disabled ones.
 *
 * @throws ConfigError with everything that is wrong with the providers, the routes and the prices.
 */
export function loadRoutingConfig(options: LoadConfigOptions): RoutingConfig {
  return load(routingTree(statedIn(options)), options)
}

/** What the file says, or the defaults without one, and what the environment adds. */
function statedIn({ file, env, cwd }: LoadConfigOptions): Tree {
  return withEnvironment(file === undefined ? DEFAULT_TREE : readTree(file, cwd), variables(env, cwd))
}

const nothing = (): Problem[] => []

function load(
  stated: Tree,
  { file, env, cwd }: LoadConfigOptions,
  check: (tree: Tree) => Problem[] = nothing,
): Config {
  const variable = variables(env, cwd)
  const source = file ?? 'environment'
  const shown = shownIn(stated)
  const { tree, problems, keyless } = interpolate(stated, variable)
  const shape = readShape(tree, shown)
  const found = onePerPlace([
    ...problems,
    ...('problems' in shape ? shape.problems : []),
    ...crossCheck(tree, shown),
    ...check(tree),
  ])
  if ('problems' in shape || found.length > 0) throw new ConfigError(source, found)
  const config = resolveConfig(shape.stated, {
    file,
    cwd,
    keyless,
    keyVariables: keyVariablesIn(stated),
    proxies: proxiesIn(env),
  })
  return deepFreeze(hidingSecrets(config))
}

function providerless(tree: Tree): Problem[] {
  if (select(tree, 'providers.*').length > 0) return []
  return [
    {
      path: ['providers'],
      text: 'is missing: declare one, or set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY',
    },
  ]
}

/** What a gateway on a file makes and keeps beside it has no such place with Redis, and must be the same for a fleet. */
function unstatedSecrets(tree: Tree): Problem[] {
  if (!/^rediss?\b/.test(String(tree.store))) return []
  return [
    ['master_key', 'TOLLGATE_MASTER_KEY'],
    ['admin.token', 'TOLLGATE_ADMIN_TOKEN'],
  ]
    .filter(([field]) => select(tree, field!).length === 0)
    .map(([field, name]) => ({
      path: field!.split('.'),
      text: `is missing: with a Redis store there is no file beside which to keep it. Set ${name}, the same for every gateway: openssl rand -hex 32`,
    }))
}

/** The first problem of each place: a missing variable, say, and not the empty text that it leaves behind. */
function onePerPlace(problems: readonly Problem[]): Problem[] {
  const places = new Map<string, Problem>()
  for (const problem of problems) {
    const place = JSON.stringify(problem.path)
    if (!places.has(place)) places.set(place, problem)
  }
  return [...places.values()]
}

/** The variable that each provider's key is taken from, for people to read. */
function keyVariablesIn(stated: Tree): ReadonlyMap<string, string> {
  const whole = /^\$\{(\w+)\}$/
  const within = /\$\{(\w+)\}/
  const variablesAt = (place: string, reference: RegExp) =>
    select(stated, place).flatMap(({ path, value }) => {
      const name = reference.exec(String(value))?.[1]
      return name ? [[String(path[1]), name] as const] : []
    })
  const names = [
    ...variablesAt('providers.*.apiKey', whole),
    ...variablesAt('providers.*.auth.value', within),
  ]
  return new Map(names)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
