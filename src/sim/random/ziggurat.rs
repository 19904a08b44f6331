//! Tables of the 256-layer ziggurat for the exponential and the normal density (G. Marsaglia and W. Tsang, "The ziggurat
//! method for generating random variables", Journal of Statistical Software 5(8), 2000).
//!
//! The curve is covered by 256 layers of equal area. Layer 0 is the base: a rectangle up to `r` and the tail beyond it,
//! as wide as if all of its area were rectangle. Computed once a process on `libm`, so their bits are the same everywhere.

use std::sync::LazyLock;

/// Where the tail of the exponential begins.
const EXPONENTIAL_R: f64 = 7.697_117_470_131_05;
/// Where the tail of the normal begins, and the area of every layer under exp(-x^2 / 2).
const NORMAL_R: f64 = 3.654_152_885_361_009;
const NORMAL_AREA: f64 = 0.004_928_673_233_974_658;

/// The layers, what nearly every draw needs apart from what few draws need.
pub struct Ziggurat {
    pub layers: [Layer; 256],
    /// Of the curve where layers begin; that of layer i + 1 is where layer i ends.
    heights: [f64; 257],
}

/// One layer.
pub struct Layer {
    /// Width of the layer over the range of the integer that is drawn: 2^53 (one-sided) or 2^52 (two-sided).
    pub width: f64,
    /// Below this the layer lies wholly under the curve; where the tail begins for the base.
    pub inner: f64,
}

impl Ziggurat {
    /// A height within a layer.
    pub fn height(&self, layer: usize, unit: f64) -> f64 {
        let low = self.heights[layer];
        low + unit * (self.heights[layer + 1] - low)
    }

    fn new(r: f64, area: f64, bits: u32, density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Ziggurat {
        let mut outer = [0.0; 257];
        outer[0] = area / density(r);
        outer[1] = r;
        for i in 2..256 {
            outer[i] = inverse(density(outer[i - 1]) + area / outer[i - 1]);
        }
        let step = 1.0 / (1u64 << bits) as f64;
        let layers = std::array::from_fn(|i| Layer { width: outer[i] * step, inner: outer[i + 1] });
        Ziggurat { layers, heights: outer.map(density) }
    }
}

/// Of exp(-x).
pub static EXPONENTIAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    // Area of rectangle and tail together: r f(r) + f(r).
    let area = (EXPONENTIAL_R + 1.0) * libm::exp(-EXPONENTIAL_R);
    Ziggurat::new(EXPONENTIAL_R, area, 53, |x| libm::exp(-x), |y| -libm::log(y))
});

/// Of exp(-x^2 / 2).
pub static NORMAL: LazyLock<Ziggurat> =
    LazyLock::new(|| Ziggurat::new(NORMAL_R, NORMAL_AREA, 52, |x| libm::exp(-0.5 * x * x), |y| libm::sqrt(-2.0 * libm::log(y))));
