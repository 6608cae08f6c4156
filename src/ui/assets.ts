import { Hono } from 'hono'
import { SCRIPT_PATH, SCRIPTS } from './scripts.ts'
import { STYLES, STYLESHEET_PATH } from './styles.ts'

/** Their address changes with their text. */
const FOR_EVER = { 'Cache-Control': 'public, max-age=31536000, immutable' }

export const assets = new Hono()

assets.get(STYLESHEET_PATH, (c) => c.body(STYLES, 200, { 'Content-Type': 'text/css', ...FOR_EVER }))
assets.get(SCRIPT_PATH, (c) => c.body(SCRIPTS, 200, { 'Content-Type': 'text/javascript', ...FOR_EVER }))
