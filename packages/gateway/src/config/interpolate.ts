import type { Path, Problem } from './problem.ts'
import type { Variable } from './variables.ts'
import type { Tree } from './yaml.ts'

type Lookup = (name: string) => Variable

export interface Interpolated {
  readonly tree: Tree
  readonly problems: readonly Problem[]
  /** Why a provider has no key, by the provider's name. */
  readonly keyless: ReadonlyMap<string, string>
}

/**
 * Put the environment's values in for `${NAME}`, inside text only and only once: what a variable holds is never looked at
 * again. `$${` stands for `${`. A variable that is unset or empty is a problem, except in a provider's `apiKey` or the
 * value of its `auth`.
 */
export function interpolate(tree: Tree, variable: Lookup): Interpolated {
  const problems: Problem[] = []
  const keyless = new Map<string, string>()

  function walk(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return expanded(value, path)
    if (Array.isArray(value)) return value.map((item, i) => walk(item, [...path, i]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, walk(inner, [...path, name])]),
    )
  }

  function expanded(value: string, path: Path): string | undefined {
    const { text, missing, faults } = expand(value, variable)
    if (isApiKey(path) && text === '' && faults.length === 0) {
      keyless.set(String(path[1]), missing[0] ?? 'its apiKey is empty')
      return undefined
    }
    // A provider without its credential is not called: what stands there in its place goes nowhere.
    if (isAuthValue(path) && missing.length > 0 && faults.length === 0) {
      keyless.set(String(path[1]), missing[0]!)
      return value
    }
    problems.push(...[...missing, ...faults].map((why) => ({ path, text: why })))
    return text
  }

  return { tree: walk(tree, []) as Tree, problems, keyless }
}

const REFERENCE = /\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?/g

/** The text with its variables put in, and what stood in the way. A text that lacks one is empty. */
function expand(text: string, variable: Lookup): { text: string; missing: string[]; faults: string[] } {
  const missing: string[] = []
  const faults: string[] = []
  const whole = text.replace(REFERENCE, (found, name?: string) => {
    if (found === '$${') return '${'
    const value = name === undefined ? { fault: NO_NAME } : variable(name)
    if ('text' in value) return value.text
    if ('missing' in value) missing.push(value.missing)
    else faults.push(value.fault)
    return ''
  })
  return { text: missing.length + faults.length > 0 ? '' : whole, missing, faults }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: it speaks of the file's placeholders.
const NO_NAME = 'has a ${ with no variable after it: write ${NAME}, or $${ for a plain ${'

function isAuthValue(path: Path): boolean {
  return path.length === 4 && path[0] === 'providers' && path[2] === 'auth' && path[3] === 'value'
}

function isApiKey(path: Path): boolean {
  return path.length === 3 && path[0] === 'providers' && path[2] === 'apiKey'
}
