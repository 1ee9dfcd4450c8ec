import { ask } from './http.js';
import type { Place, World } from './types.js';

/** The default world of a mock. */
export async function placeOf(url: string): Promise<Place> {
  return { base: url, world: (await ask('GET', `${url}/__admin/world`)).body as World };
}

/** So many new sessions of a mock; 16 are asked for at a time. */
export async function manySessions(url: string, count: number): Promise<readonly Place[]> {
  const places: Place[] = [];
  let begun = 0;
  const begin = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const { body } = await ask('POST', `${url}/__admin/sessions`);
      const { url: base, world } = body as { readonly url: string; readonly world: World };
      places.push({ base, world });
    }
  };
  await Promise.all(Array.from({ length: Math.min(16, count) }, begin));
  return places;
}
