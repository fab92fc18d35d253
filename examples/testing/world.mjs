// The world that the tests of the app are in: the resource has two notes.
import { createTestWorld } from 'authchart/testing';
import { notesApp } from './notes.mjs';

/** A world of its own for each test, and the app in it. */
export function appInWorld() {
  const serve = () => Response.json({ notes: ['milk', 'bread'] });
  const world = createTestWorld({ resources: { notes: { serve } } });
  return { world, app: notesApp(world.resource, world.engineOptions) };
}
