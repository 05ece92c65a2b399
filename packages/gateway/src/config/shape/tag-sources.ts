import { TAG_SOURCES, type TagSource } from '@tollgate/kit/identity'
import { z } from 'zod'
import { choice } from './fields.ts'

const words = Object.fromEntries(TAG_SOURCES.map((name) => [name, name])) as Record<TagSource, TagSource>

/** The headers that tags of a request are read from, those before winning over those behind; none: from no header. */
export const tagSources: z.ZodType<readonly TagSource[]> = z.array(choice(words)).default([...TAG_SOURCES])
