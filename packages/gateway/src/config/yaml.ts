import { type Document, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { Problem } from './problem.ts'

/** What a config file says, as plain values: mappings, lists, text, numbers, booleans, null. */
export type Tree = { readonly [name: string]: unknown }

export type ParsedYaml = { readonly tree: Tree } | { readonly problems: readonly Problem[] }

/**
 * Read a config file: YAML 1.2, of which JSON is a part. Words such as `on` and `yes` stay text, and a name that is there
 * twice is an error.
 *
 * A number becomes one only where that loses nothing; `0.10`, `1e-07` or `9007199254740993` stay the text that they were
 * written as, so that money is never read through a float.
 */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines })
  const mistakes = [...document.errors, ...document.warnings]
  if (mistakes.length > 0) {
    return {
      problems: mistakes.map((error) => {
        const { line } = lines.linePos(error.pos[0])
        return problem(`line ${line}: ${describe(error, text)}`)
      }),
    }
  }
  keepNumberText(document)
  try {
    const tree: unknown = document.toJS()
    if (tree === null || tree === undefined) return { tree: {} }
    if (typeof tree !== 'object' || Array.isArray(tree))
      return { problems: [problem('the file must be a mapping of fields to values')] }
    return { tree: tree as Tree }
  } catch {
    return { problems: [problem('an alias (*name) has no anchor before it, or there are too many of them')] }
  }
}

/** The file as a whole has a problem. */
function problem(text: string): Problem {
  return { path: [], text }
}

function keepNumberText(document: Document.Parsed): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'number' && node.source !== String(node.value)) node.value = node.source
    },
  })
}

/** What is wrong with the syntax. Only the parser's own words are repeated: what it quotes could be a secret. */
function describe(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const name = /^"?[\w.*/-]{1,64}/.exec(text.slice(error.pos[0]))?.[0].replace('"', '')
    return `${name ?? 'a field'} is there twice`
  }
  if (error.code === 'TAG_RESOLVE_FAILED') return 'a tag (!name) is not understood: put text in quotes'
  return error.message.replace(/: ".*$/s, '')
}
