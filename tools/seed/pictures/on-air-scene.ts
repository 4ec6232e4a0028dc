import { bowl, mug, teapot, vase } from './ceramics.ts';
import { coffeeBag, dripper } from './coffee-and-cloth.ts';
import { longTablePng, type PosterLook } from './poster.ts';

/** Light and table of the demo show: on its card and in its picture. */
export const ON_AIR_LOOK: PosterLook = {
  wall: ['#f8e9d6', '#e9c7a6'],
  table: '#c99a6b',
  disc: '#f4b98a',
};

/** What stands before the demo show's camera: twice as long as its picture. */
export function onAirScenePng(): Promise<Buffer> {
  return longTablePng(ON_AIR_LOOK, [
    teapot('#41617f', '#c79a66'),
    mug('#e6d8c6', '#3f7f78'),
    coffeeBag('#b98a5e', '#c8553d'),
    bowl('#d98f66', '#f6e7d2'),
    vase('#c9725a', '#6f8f5f'),
    dripper('#f0e2cf', '#4a2a18'),
  ]);
}
