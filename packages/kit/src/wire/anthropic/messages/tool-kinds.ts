import { isObject } from '../../json.ts'

/** A tool that the client defines, in full, and runs. */
export function isOwnTool(tool: unknown): boolean {
  return isObject(tool) && (tool.type === undefined || tool.type === null || tool.type === 'custom')
}

const DEFINED = /^(?:bash|text_editor|memory|computer)_\d{8}$/

/** A tool that Anthropic defines and the client runs: its definition is not in the request, and is no longer than a page. */
export function isDefinedTool(tool: unknown): boolean {
  return isObject(tool) && DEFINED.test(String(tool.type))
}

const TOOLSET = /^(?:browser|computer)_toolset_\d{8}$/

/** Many tools of Anthropic's at once, all run by the client: they cost what their definitions do, as input. */
export function isToolset(tool: unknown): boolean {
  return isObject(tool) && TOOLSET.test(String(tool.type))
}
