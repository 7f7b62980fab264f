//! Unit vectors in eight bits a column.

/// A direction. A text's takes as many bytes as the table has columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vector(Box<[i8]>);

/// A unit vector's columns are below 1, and mostly far below: scaled by this they use the eight bits, and what exceeds
/// them is cut.
const SCALE: f32 = 320.0;

impl Vector {
    /// The direction of `values`; zeros where they have none.
    pub fn of(values: &[f32]) -> Self {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        if !(length > 0.0 && length.is_finite()) {
            return Self(vec![0; values.len()].into());
        }
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the eight bits")]
        let column = |value: &f32| (value / length * SCALE).round().clamp(-127.0, 127.0) as i8;
        Self(values.iter().map(column).collect())
    }

    /// The cosine of the angle between two, -1 to 1; 0 where one has no direction.
    pub fn cosine(&self, other: &Self) -> f32 {
        let mut sum = [0_i32; 3];
        for (a, b) in self.0.iter().zip(&other.0) {
            let (a, b) = (i32::from(*a), i32::from(*b));
            sum[0] += a * b;
            sum[1] += a * a;
            sum[2] += b * b;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "at most 2^14 a column, far below 2^23 in sum of relevance"
        )]
        let [dot, a, b] = sum.map(|sum| sum as f32);
        let lengths = (a * b).sqrt();
        if lengths > 0.0 { (dot / lengths).clamp(-1.0, 1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_angle_survives_eight_bits() {
        let a = Vector::of(&[1.0, 0.0, 1.0, 0.5]);
        assert!((a.cosine(&a) - 1.0).abs() < 1e-4);
        assert!(a.cosine(&Vector::of(&[0.0, 1.0, 0.0, 0.0])).abs() < 1e-4);
        assert!(a.cosine(&Vector::of(&[0.0; 4])).abs() < f32::EPSILON);
        assert!(Vector::of(&[f32::NAN, 1.0]).cosine(&a).abs() < f32::EPSILON);
    }
}
