import type { MatchLogic, ModelInfo } from '@pydantic/genai-prices'

/** The names that an entry says whole, or the beginnings of those that it means. */
export function namesOf({ id, match }: ModelInfo): string[] {
  return [...new Set([id, ...textsIn(match)])]
}

function textsIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(textsIn)
  if ('equals' in match) return [match.equals]
  return 'starts_with' in match ? [match.starts_with] : []
}

/**
 * Which of a provider's models a name leads to, as `@pydantic/genai-prices` finds it: by its id, else the first that matches.
 * For data that is not in force, and for many names at once: everything that can be is read beforehand.
 */
export function modelFinder(models: readonly ModelInfo[]): (name: string) => ModelInfo | undefined {
  const byId = new Map(models.map((model) => [model.id, model]))
  const matchers = models.map((model) => ({ model, matches: matcherOf(model.match) }))
  return (name) => {
    const plain = name.toLowerCase()
    return byId.get(plain) ?? matchers.find(({ matches }) => matches(plain))?.model
  }
}

type Matcher = (name: string) => boolean
type TextMatch = Exclude<MatchLogic, { or: unknown } | { and: unknown } | { regex: unknown }>

function matcherOf(match: MatchLogic): Matcher {
  if ('or' in match) return oneOf(match.or.map(matcherOf))
  if ('and' in match) return allOf(match.and.map(matcherOf))
  if ('regex' in match) {
    const pattern = new RegExp(match.regex)
    return (name) => pattern.test(name)
  }
  return textMatcher(match)
}

function textMatcher(match: TextMatch): Matcher {
  const text = Object.values(match)[0]!.toLowerCase()
  if ('equals' in match) return (name) => name === text
  if ('starts_with' in match) return (name) => name.startsWith(text)
  return 'ends_with' in match ? (name) => name.endsWith(text) : (name) => name.includes(text)
}

function oneOf(matchers: readonly Matcher[]): Matcher {
  return (name) => matchers.some((matches) => matches(name))
}

function allOf(matchers: readonly Matcher[]): Matcher {
  return (name) => matchers.every((matches) => matches(name))
}
