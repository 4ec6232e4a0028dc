import { bowl, mug, teapot, vase } from './pictures/ceramics.ts';
import { coffeeBag, dripper, shirt, tote } from './pictures/coffee-and-cloth.ts';
import { scene, type Drawing, type Room } from './pictures/scene.ts';

/** A product of the demo shop: how it is made through the API, how many there are, how it looks. */
export interface DemoProduct {
  title: string;
  description: string;
  optionNames: string[];
  variants: DemoVariant[];
  /** Pictures as SVG with their alternative text; the first stands for the product. */
  pictures: { svg: string; alt: string }[];
}

export interface DemoVariant {
  sku: string;
  options: Record<string, string>;
  /** Minor units of the shop's currency. */
  price: number;
  compareAt?: number;
  weightGrams: number;
  /** Units that the seed receives into stock, once. */
  stock: number;
}

const WARM: Room = { wall: ['#f7efe4', '#ecd9c2'], table: '#d9b48c', disc: '#f2c9a0' };
const COOL: Room = { wall: ['#e9f0ee', '#cfe0dc'], table: '#b9a58c', disc: '#a9cfc4' };
const DUSK: Room = { wall: ['#efe8f1', '#dccfe2'], table: '#b49a92', disc: '#d2b4d6' };

const picture = (room: Room, drawing: Drawing, alt: string) => ({ svg: scene(room, drawing), alt });

/** Everything on the shelves of the demo shop. */
export const DEMO_PRODUCTS: DemoProduct[] = [
  {
    title: 'Wheel-thrown mug',
    description:
      'Thrown by hand, dipped twice, fired at 1,240 °C. Holds 350 ml and keeps its warmth.\n\nNo two glazes run alike.',
    optionNames: ['Glaze'],
    variants: [
      { sku: 'MUG-FERN', options: { Glaze: 'Fern' }, price: 2_800, weightGrams: 380, stock: 40 },
      { sku: 'MUG-RUST', options: { Glaze: 'Rust' }, price: 2_800, weightGrams: 380, stock: 25 },
    ],
    pictures: [
      picture(WARM, mug('#e6d8c6', '#3f7f78'), 'Mug with a green glaze over pale clay'),
      picture(COOL, mug('#e9dccb', '#b4532f'), 'Mug with a rust-red glaze over pale clay'),
    ],
  },
  {
    title: 'Brushed noodle bowl',
    description: 'Wide, deep and stackable. The rings are brushed on while the wheel still turns.',
    optionNames: ['Size'],
    variants: [
      { sku: 'BOWL-M', options: { Size: 'Medium' }, price: 3_400, weightGrams: 620, stock: 18 },
      { sku: 'BOWL-L', options: { Size: 'Large' }, price: 4_200, weightGrams: 840, stock: 12 },
    ],
    pictures: [picture(COOL, bowl('#d98f66', '#f6e7d2'), 'Terracotta bowl with three pale rings')],
  },
  {
    title: 'Harbour teapot',
    description: 'One litre, with a spout that does not drip and a knob of olive wood.',
    optionNames: [],
    variants: [
      { sku: 'TEAPOT-HARBOUR', options: {}, price: 8_900, compareAt: 9_900, weightGrams: 1_150, stock: 6 },
    ],
    pictures: [picture(WARM, teapot('#41617f', '#c79a66'), 'Blue teapot with a wooden knob')],
  },
  {
    title: 'Bud vase',
    description: 'For three twigs or one good branch. Twigs are not included; a walk is.',
    optionNames: ['Clay'],
    variants: [
      { sku: 'VASE-TERRA', options: { Clay: 'Terracotta' }, price: 3_900, weightGrams: 700, stock: 14 },
      { sku: 'VASE-PLUM', options: { Clay: 'Plum' }, price: 3_900, weightGrams: 700, stock: 9 },
    ],
    pictures: [
      picture(COOL, vase('#c9725a', '#6f8f5f'), 'Terracotta vase with green twigs'),
      picture(DUSK, vase('#7c5579', '#94a36a'), 'Plum-coloured vase with green twigs'),
    ],
  },
  {
    title: 'Hillside coffee',
    description:
      'Washed arabica from two farms on one hill. Cocoa, red apple, a clean finish. Roasted on Mondays.',
    optionNames: ['Weight', 'Grind'],
    variants: [
      {
        sku: 'COFFEE-250-BEANS',
        options: { Weight: '250 g', Grind: 'Whole beans' },
        price: 1_150,
        weightGrams: 265,
        stock: 60,
      },
      {
        sku: 'COFFEE-250-FILTER',
        options: { Weight: '250 g', Grind: 'Filter' },
        price: 1_150,
        weightGrams: 265,
        stock: 40,
      },
      {
        sku: 'COFFEE-1000-BEANS',
        options: { Weight: '1 kg', Grind: 'Whole beans' },
        price: 3_900,
        weightGrams: 1_030,
        stock: 20,
      },
    ],
    pictures: [
      picture(WARM, coffeeBag('#b98a5e', '#c8553d'), 'Paper bag of coffee with a red label'),
      picture(COOL, coffeeBag('#a9835d', '#2f6b5e'), 'Paper bag of coffee with a green label'),
    ],
  },
  {
    title: 'Porcelain dripper',
    description: 'Eight fine ribs, one wide hole: a quick, even pour. Fits every carafe in the shop.',
    optionNames: [],
    variants: [{ sku: 'DRIPPER-1', options: {}, price: 3_200, weightGrams: 410, stock: 22 }],
    pictures: [picture(COOL, dripper('#f0e2cf', '#4a2a18'), 'Porcelain dripper on a glass carafe')],
  },
  {
    title: 'Fern T-shirt',
    description:
      'Heavy organic cotton, printed by hand with water-based ink. Cut straight; take your usual size.',
    optionNames: ['Size', 'Colour'],
    variants: (['S', 'M', 'L', 'XL'] as const).flatMap((Size, index) => [
      {
        sku: `TEE-CHALK-${Size}`,
        options: { Size, Colour: 'Chalk' },
        price: 3_500,
        weightGrams: 210 + index * 15,
        stock: 12,
      },
      {
        sku: `TEE-NIGHT-${Size}`,
        options: { Size, Colour: 'Night' },
        price: 3_500,
        weightGrams: 210 + index * 15,
        stock: 8,
      },
    ]),
    pictures: [
      picture(WARM, shirt('#f4efe6', '#2f6b5e'), 'Chalk-white T-shirt with a green fern'),
      picture(DUSK, shirt('#33405a', '#e9dcc3'), 'Night-blue T-shirt with a pale fern'),
    ],
  },
  {
    title: 'Market tote',
    description: 'Strong canvas, long handles, one pocket for the keys. Carries a week of vegetables.',
    optionNames: [],
    variants: [{ sku: 'TOTE-CANVAS', options: {}, price: 2_400, weightGrams: 320, stock: 35 }],
    pictures: [picture(COOL, tote('#e9dcc3', '#d9653b'), 'Canvas bag with a printed sun over hills')],
  },
];
